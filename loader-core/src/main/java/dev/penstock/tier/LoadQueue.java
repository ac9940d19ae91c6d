package dev.penstock.tier;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The blocks on their way into RAM: being loaded, or waiting for a frame. Confined to the tier's lock.
///
/// A frame goes to the job whose first need is due earliest, and there to the earliest step. Due times do not move
/// once a need has arisen, and new ones lie in the future: whatever other jobs ask for, each need becomes the earliest
/// in the end, so no job starves.
final class LoadQueue {

    private record Place(DatasetFrames dataset, int block) {}

    private final Map<Place, BlockLoad> loads = new HashMap<>();

    /// Needs of each job whose loads wait for a frame; those whose loads got one since are left to be found.
    private final Map<JobBlocks, PriorityQueue<Need>> waiting = new HashMap<>();

    private int withoutFrame;
    private long sequence;

    @Nullable
    BlockLoad find(DatasetFrames dataset, int block) {
        return loads.get(new Place(dataset, block));
    }

    /// Whether a load waits for a frame.
    boolean isFrameWanted() {
        return withoutFrame > 0;
    }

    /// Adds a need to the load of a block, and the load where there is none.
    void add(JobBlocks job, int block, long step, BlockWaiter waiter) {
        BlockLoad load = loads.get(new Place(job.dataset(), block));
        if (load == null) {
            load = begin(job.dataset(), block);
            withoutFrame++;
        }
        Need need = need(job, load, step, waiter);
        if (load.frame < 0) {
            waiting.computeIfAbsent(job, any -> new PriorityQueue<>()).add(need);
        }
    }

    /// Adds the load of a block that no one waits for and that has a frame.
    BlockLoad addAhead(JobBlocks job, int block, long step, int frame) {
        BlockLoad load = begin(job.dataset(), block);
        load.frame = frame;
        need(job, load, step, null);
        return load;
    }

    private BlockLoad begin(DatasetFrames dataset, int block) {
        BlockLoad load = new BlockLoad(dataset, block);
        loads.put(new Place(dataset, block), load);
        return load;
    }

    private Need need(JobBlocks job, BlockLoad load, long step, @Nullable BlockWaiter waiter) {
        Need need = new Need(job, load, step, waiter, job.clock().dueNanos(step), sequence++);
        load.needs.add(need);
        return need;
    }

    /// The need that the next frame is for; null when no load waits for one.
    @Nullable
    Need mostUrgent() {
        Need mostUrgent = null;
        for (PriorityQueue<Need> needs : waiting.values()) {
            while (!needs.isEmpty() && needs.element().load().frame >= 0) {
                needs.remove();
            }
            Need first = needs.peek();
            if (first != null && (mostUrgent == null || first.isMoreUrgentThan(mostUrgent))) {
                mostUrgent = first;
            }
        }
        return mostUrgent;
    }

    void giveFrame(BlockLoad load, int frame) {
        load.frame = frame;
        withoutFrame--;
    }

    /// Forgets a load that ended.
    void remove(BlockLoad load) {
        loads.remove(new Place(load.dataset, load.block));
    }

    /// Takes a job's needs away, with the loads that nobody else needs and that have no frame yet.
    List<Need> withdraw(JobBlocks job) {
        List<Need> withdrawn = new ArrayList<>();
        waiting.remove(job);
        for (BlockLoad load : List.copyOf(loads.values())) {
            withdrawn.addAll(load.withdraw(job));
            if (load.needs.isEmpty() && load.frame < 0) {
                remove(load);
                withoutFrame--;
            }
        }
        return withdrawn;
    }

    /// Takes every need away whose load has no frame yet.
    List<Need> withdrawWithoutFrame() {
        List<Need> withdrawn = new ArrayList<>();
        waiting.clear();
        for (BlockLoad load : List.copyOf(loads.values())) {
            if (load.frame < 0) {
                withdrawn.addAll(load.needs);
                remove(load);
            }
        }
        withoutFrame = 0;
        return withdrawn;
    }
}
