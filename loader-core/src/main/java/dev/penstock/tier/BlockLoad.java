package dev.penstock.tier;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// One load of one block that any number of jobs share; confined to its tier's lock, but for the deadline.
final class BlockLoad implements Deadline {

    final DatasetFrames dataset;
    final int block;

    /// Written under the lock, read by the source without it.
    final List<Need> needs = new CopyOnWriteArrayList<>();

    /// The frame being filled; negative while the load waits for one.
    int frame = -1;

    BlockLoad(DatasetFrames dataset, int block) {
        this.dataset = dataset;
        this.block = block;
    }

    /// Takes a job's needs away.
    List<Need> withdraw(JobBlocks job) {
        List<Need> withdrawn =
                needs.stream().filter(need -> need.job().equals(job)).toList();
        needs.removeAll(withdrawn);
        return withdrawn;
    }

    /// Of the most urgent job.
    @Override
    public long remainingNanos() {
        long remaining = NONE.remainingNanos();
        for (Need need : needs) {
            remaining = Math.min(remaining, need.remainingNanos());
        }
        return remaining;
    }

    @Override
    public long step() {
        return needs.stream().mapToLong(Need::step).min().orElse(NONE.step());
    }
}
