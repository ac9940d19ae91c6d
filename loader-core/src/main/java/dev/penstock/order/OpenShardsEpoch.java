package dev.penstock.order;

import java.util.Objects;

/// An epoch that takes permuted shards in groups and mixes the samples inside each group.
///
/// Shards stand in *slots*, in permuted order; group `g` is slots `[g * openShards, (g + 1) * openShards)`, the last
/// one possibly shorter. State is 12 bytes a shard and one permutation a group.
final class OpenShardsEpoch implements EpochOrder {

    /// The key stream of the shard permutation; groups use their own number, which is never negative.
    private static final long SHARD_STREAM = -1;

    private final long[] firstSample;
    private final FeistelPermutation shards;
    private final int openShards;
    private final int[] shardInSlot;
    private final long[] firstIndex;
    private final FeistelPermutation[] groups;

    OpenShardsEpoch(long[] firstSample, int openShards, long seed, long epoch) {
        int shardCount = firstSample.length - 1;
        this.firstSample = firstSample;
        this.openShards = openShards;
        this.shards = new FeistelPermutation(shardCount, SplitMix64.key(seed, epoch, SHARD_STREAM));
        this.shardInSlot = new int[shardCount];
        this.firstIndex = new long[shardCount + 1];
        for (int slot = 0; slot < shardCount; slot++) {
            int shard = (int) shards.apply(slot);
            shardInSlot[slot] = shard;
            firstIndex[slot + 1] = firstIndex[slot] + firstSample[shard + 1] - firstSample[shard];
        }
        this.groups = new FeistelPermutation[Math.ceilDiv(shardCount, openShards)];
        for (int group = 0; group < groups.length; group++) {
            long size = firstIndex[endSlot(group)] - firstIndex[firstSlot(group)];
            // A group of empty shards is never asked for, but a permutation has at least one element.
            groups[group] = new FeistelPermutation(Math.max(1, size), SplitMix64.key(seed, epoch, group));
        }
    }

    @Override
    public long sampleCount() {
        return firstIndex[shardInSlot.length];
    }

    @Override
    public long sampleAt(long index) {
        Objects.checkIndex(index, sampleCount());
        int group = groupAt(index);
        long start = firstIndex[firstSlot(group)];
        long place = start + groups[group].apply(index - start);
        int slot = Rows.rowOf(firstIndex, firstSlot(group), endSlot(group), place);
        return firstSample[shardInSlot[slot]] + place - firstIndex[slot];
    }

    @Override
    public long indexOf(long sample) {
        Objects.checkIndex(sample, sampleCount());
        int shard = Rows.rowOf(firstSample, 0, shardInSlot.length, sample);
        int slot = (int) shards.invert(shard);
        int group = slot / openShards;
        long start = firstIndex[firstSlot(group)];
        long place = firstIndex[slot] + sample - firstSample[shard];
        return start + groups[group].invert(place - start);
    }

    private int groupAt(long index) {
        return Rows.rowOf(firstIndex, 0, shardInSlot.length, index) / openShards;
    }

    private int firstSlot(int group) {
        return group * openShards;
    }

    private int endSlot(int group) {
        return (int) Math.min((long) (group + 1) * openShards, shardInSlot.length);
    }
}
