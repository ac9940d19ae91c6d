package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Pins on those of several blocks that are resident in a [RamTier]: taken together, released together.
///
/// What a [BlockLease] is to one block, for callers that visit dozens of blocks at a time and have one lock and no
/// garbage to spare for each. Reusable: [#begin()], [#add] every block, [RamTier#pinResident], read, [#release()].
///
/// Ownership: the holder releases; a second release does nothing. Confined to one thread at a time; a hand-over
/// between threads is the caller's, with a happens-before edge.
public final class BlockPins {

    private static final int NOT_RESIDENT = -1;

    private int[] blocks = new int[16];
    private int[] frames = new int[16];
    private @Nullable MemorySegment[] segments = new @Nullable MemorySegment[16];
    private int count;
    private @Nullable RamTier pinnedIn;

    /// Forgets the blocks, whose pins have been released.
    public void begin() {
        if (pinnedIn != null) {
            throw new IllegalStateException("pins are begun anew while they hold blocks");
        }
        Arrays.fill(segments, 0, count, null);
        count = 0;
    }

    public void add(int block) {
        if (count == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * count);
            frames = Arrays.copyOf(frames, 2 * count);
            segments = Arrays.copyOf(segments, 2 * count);
        }
        blocks[count] = block;
        frames[count++] = NOT_RESIDENT;
    }

    /// The bytes of the block added as number `index`, read-only, of exactly its length; null when it is not resident.
    public @Nullable MemorySegment segment(int index) {
        return segments[index];
    }

    /// Lets the blocks be evicted, where nobody else holds them.
    public void release() {
        RamTier tier = pinnedIn;
        if (tier != null) {
            pinnedIn = null;
            tier.unpin(this);
        }
    }

    int count() {
        return count;
    }

    int block(int index) {
        return blocks[index];
    }

    /// The frame that is pinned; negative where the block is not resident.
    int frame(int index) {
        return frames[index];
    }

    void pinned(int index, int frame, MemorySegment contents) {
        frames[index] = frame;
        segments[index] = contents;
    }

    void pinnedIn(RamTier tier) {
        pinnedIn = tier;
    }
}
