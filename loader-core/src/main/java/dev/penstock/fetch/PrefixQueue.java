package dev.penstock.fetch;

import dev.penstock.fetch.ConcurrencyLimit.Passage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// What of the keys below one prefix (a key up to its last `/`) is queued and in flight: a queue for each job, and the
/// throttle that they have in common.
///
/// Guarded by the lock of its [ConcurrencyLimit].
final class PrefixQueue {

    /// A read that failed is not sent behind all those that came after it: where deadlines are equal, those are all
    /// that a tier wants ahead.
    private static final Comparator<Passage> EARLIEST_FIRST = Comparator.<Passage>comparingLong(
                    passage -> passage.dueNanos)
            .thenComparingLong(passage -> passage.request.number())
            .thenComparingLong(passage -> passage.number);

    final String name;
    final PrefixThrottle throttle;
    private final Map<JobShare, PriorityQueue<Passage>> queues = new HashMap<>();

    PrefixQueue(String name, DoubleSupplier random) {
        this.name = name;
        this.throttle = new PrefixThrottle(random);
    }

    void add(Passage passage) {
        queues.computeIfAbsent(passage.job, _ -> new PriorityQueue<>(EARLIEST_FIRST))
                .add(passage);
    }

    void remove(Passage passage) {
        PriorityQueue<Passage> queue = queues.get(passage.job);
        if (queue != null && queue.remove(passage)) {
            passage.job.leave();
            if (queue.isEmpty()) {
                queues.remove(passage.job);
            }
        }
    }

    /// Whether nothing waits, and there is nothing to remember.
    boolean isIdle() {
        return queues.isEmpty() && throttle.idle();
    }

    List<Passage> removeAll() {
        List<Passage> all = new ArrayList<>();
        queues.values().forEach(all::addAll);
        queues.clear();
        return all;
    }

    int queued() {
        int queued = 0;
        for (PriorityQueue<Passage> queue : queues.values()) {
            queued += queue.size();
        }
        return queued;
    }

    /// The one of these that goes before `other`; `other` where none does.
    ///
    /// @param nearNanos up to when a deadline is near
    @Nullable
    Passage firstBefore(@Nullable Passage other, long nearNanos) {
        Passage first = other;
        for (PriorityQueue<Passage> queue : queues.values()) {
            Passage head = queue.element();
            if (first == null || goesBefore(head, first, nearNanos)) {
                first = head;
            }
        }
        return first;
    }

    private static boolean goesBefore(Passage one, Passage other, long nearNanos) {
        boolean near = one.dueNanos <= nearNanos;
        if (near != other.dueNanos <= nearNanos) {
            return near;
        }
        int share = Long.compare(one.job.servedBytes(), other.job.servedBytes());
        return share == 0 ? EARLIEST_FIRST.compare(one, other) < 0 : share < 0;
    }
}
