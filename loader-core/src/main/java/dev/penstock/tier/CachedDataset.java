package dev.penstock.tier;

import org.jspecify.annotations.Nullable;

/// A dataset that a cache knows: jobs read it, or blocks of it are left. Compared by identity.
///
/// @param ram where its blocks lie in RAM; guarded by that tier's lock
/// @param disk the same for the disk tier; null without one
record CachedDataset(DatasetFrames ram, @Nullable DatasetFrames disk) {

    BlockMap map() {
        return ram.map;
    }
}
