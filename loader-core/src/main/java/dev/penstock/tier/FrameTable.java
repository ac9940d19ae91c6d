package dev.penstock.tier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which block lies in which frame of a tier, and which one to drop: the block that is needed last by any job.
///
/// Confined to its tier's lock. A frame is free, taken (being filled; unknown to [#furthest]), or holds a block that
/// may be pinned. Frames are first taken in order, and one that never was costs no heap: the budget of a disk may be
/// far beyond the data.
final class FrameTable {

    private static final int NONE = -1;

    /// The columns begin with so many rows, and then grow by half.
    private static final int FEWEST_ROWS = 64;

    private final int frameCount;

    /// Frames below this one were taken before; there is a row for each, and for some more.
    private int reached;

    /// Null where a frame holds no block.
    private @Nullable DatasetFrames[] datasetOfFrame = {};

    private int[] blockOfFrame = {};
    private int[] pins = {};
    private int[] free = {};
    private int freeCount;

    /// Of every dataset.
    private final List<NextUses> jobs = new ArrayList<>();

    private int heldBlocks;
    private double timeUntilFurthest;

    /// Every frame begins free.
    FrameTable(int frameCount) {
        this.frameCount = frameCount;
    }

    int frameCount() {
        return frameCount;
    }

    /// Frames that hold a block, are being filled, or may still be claimed.
    int usedCount() {
        return reached - freeCount;
    }

    /// Takes the first frames; none was taken before.
    void takeFirst(int count) {
        reach(count);
    }

    private void reach(int count) {
        if (count > pins.length) {
            int rows = (int) Math.min(frameCount, Math.max(FEWEST_ROWS, count + count / 2L));
            datasetOfFrame = Arrays.copyOf(datasetOfFrame, rows);
            blockOfFrame = Arrays.copyOf(blockOfFrame, rows);
            pins = Arrays.copyOf(pins, rows);
            free = Arrays.copyOf(free, rows);
            jobs.forEach(job -> job.reach(rows));
        }
        reached = count;
    }

    /// Lets a job's order count from now on.
    NextUses attach(DatasetFrames dataset, NextUse order, StepClock clock) {
        NextUses job = new NextUses(order, clock, pins.length);
        dataset.jobs.add(job);
        jobs.add(job);
        return job;
    }

    void detach(DatasetFrames dataset, NextUses job) {
        dataset.jobs.remove(job);
        jobs.remove(job);
    }

    void pin(int frame) {
        pins[frame]++;
    }

    boolean isPinned(int frame) {
        return pins[frame] > 0;
    }

    /// Takes one pin away and returns how many are left.
    int unpin(int frame) {
        return --pins[frame];
    }

    /// Takes the frame that was freed last, or the first that was never taken; negative when none is free.
    int take() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (reached == frameCount) {
            return NONE;
        }
        reach(reached + 1);
        return reached - 1;
    }

    /// Makes a taken frame free.
    void free(int frame) {
        free[freeCount++] = frame;
    }

    /// Puts a block into a taken frame, unpinned.
    void put(int frame, DatasetFrames dataset, int block) {
        datasetOfFrame[frame] = dataset;
        blockOfFrame[frame] = block;
        dataset.put(block, frame);
        heldBlocks++;
        for (int i = 0; i < dataset.jobs.size(); i++) {
            dataset.jobs.get(i).forget(frame);
        }
    }

    /// Drops a frame's block; the frame is then taken.
    void drop(int frame) {
        DatasetFrames dataset = datasetOfFrame[frame];
        if (dataset == null) {
            throw new IllegalStateException("frame " + frame + " holds no block to drop");
        }
        dataset.drop(blockOfFrame[frame]);
        datasetOfFrame[frame] = null;
        heldBlocks--;
    }

    /// The unpinned frame whose block is needed last; negative when every frame is pinned, taken or free.
    ///
    /// The optimal replacement of Belady (1966), over the merged future of all jobs: a block is needed when the first
    /// of its dataset's jobs needs it.
    int furthest() {
        Paces.weigh(jobs);
        int furthest = NONE;
        double latest = Double.NEGATIVE_INFINITY;
        for (int frame = 0; frame < reached; frame++) {
            DatasetFrames dataset = datasetOfFrame[frame];
            if (dataset == null || pins[frame] > 0) {
                continue;
            }
            double time = timeUntil(frame, dataset);
            if (time > latest) {
                latest = time;
                furthest = frame;
                if (latest == Double.POSITIVE_INFINITY) {
                    break;
                }
            }
        }
        timeUntilFurthest = latest;
        return furthest;
    }

    private double timeUntil(int frame, DatasetFrames dataset) {
        double time = Double.POSITIVE_INFINITY;
        for (int i = 0; i < dataset.jobs.size(); i++) {
            time = Math.min(time, dataset.jobs.get(i).timeUntil(frame, blockOfFrame[frame]));
        }
        return time;
    }

    /// Whether the block that [#furthest()] found is needed later than one that would take its place.
    ///
    /// @param job needs the new block at `step`; the dataset's other jobs when their orders say
    boolean furthestIsLaterThan(DatasetFrames dataset, int block, NextUses job, long step) {
        double time = job.timeUntilStep(step);
        for (int i = 0; i < dataset.jobs.size() && time >= timeUntilFurthest; i++) {
            NextUses other = dataset.jobs.get(i);
            if (!other.equals(job)) {
                time = Math.min(time, other.timeUntil(block));
            }
        }
        return time < timeUntilFurthest;
    }

    /// How far the frames are filled with blocks that some datasets' jobs need: completely, when only frames that hold
    /// other blocks are left to be filled.
    ///
    /// @param leftCount frames that are taken and may still be filled
    Filling filling(List<DatasetFrames> datasets, int leftCount) {
        long heldBytes = 0;
        long dataBytes = 0;
        long held = 0;
        long blocks = 0;
        long frameBytes = 0;
        for (DatasetFrames dataset : datasets) {
            heldBytes += dataset.heldNeededBytes();
            dataBytes += dataset.neededBytes();
            held += dataset.heldNeededBlocks();
            blocks += dataset.neededBlocks();
            frameBytes = dataset.map.blockBytes();
        }
        long used = reached - freeCount - leftCount - (heldBlocks - held);
        return used >= Math.min(blocks, frameCount())
                ? new Filling(heldBytes, heldBytes)
                : new Filling(heldBytes, Math.min(dataBytes, frameCount() * frameBytes));
    }
}
