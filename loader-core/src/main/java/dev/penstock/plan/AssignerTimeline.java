package dev.penstock.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Which assigner divides each step of a run: one from the first step, and others from later steps on.
///
/// A run may learn on its way how to divide later steps. The timeline is therefore *decided* up to a step, and a stream
/// plans no further than that; whoever decides the rest must do so before the consumer comes there, or both wait
/// forever. What is decided never changes. Ranks that make the same changes plan the same steps.
///
/// Thread-safe.
public final class AssignerTimeline {

    private record Change(long fromStep, Supplier<RankAssigner> assigner) {}

    private final List<Change> changes = new ArrayList<>();
    private final CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile long decidedEnd;

    /// Begins undecided.
    ///
    /// @param first makes the assigner of every step before the first change; called by each stream for itself
    public AssignerTimeline(Supplier<RankAssigner> first) {
        changes.add(new Change(0, first));
    }

    /// The timeline on which nothing changes.
    public static AssignerTimeline always(Supplier<RankAssigner> assigner) {
        AssignerTimeline timeline = new AssignerTimeline(assigner);
        timeline.decideUntil(Long.MAX_VALUE);
        return timeline;
    }

    /// Has another assigner divide the steps from one on that is not decided yet.
    public synchronized void change(long fromStep, Supplier<RankAssigner> assigner) {
        if (fromStep < decidedEnd || fromStep < changes.getLast().fromStep()) {
            throw new IllegalStateException("step " + fromStep + " is decided: steps before " + decidedEnd
                    + " are, and the last change is at step "
                    + changes.getLast().fromStep());
        }
        changes.add(new Change(fromStep, assigner));
    }

    /// Decides all steps before one, and tells the streams that wait.
    public void decideUntil(long step) {
        synchronized (this) {
            decidedEnd = Math.max(decidedEnd, step);
        }
        listeners.forEach(Runnable::run);
    }

    /// First step that is not decided; `Long.MAX_VALUE` when all are.
    public long decidedEnd() {
        return decidedEnd;
    }

    /// What makes the assigner of a decided step; the same object for every step up to the next change.
    public synchronized Supplier<RankAssigner> at(long step) {
        int last = changes.size() - 1;
        while (last > 0 && changes.get(last).fromStep() > step) {
            last--;
        }
        return changes.get(last).assigner();
    }

    /// Has a listener run after each decision, on the thread that decides.
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }
}
