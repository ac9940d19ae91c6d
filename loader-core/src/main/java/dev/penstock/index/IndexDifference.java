package dev.penstock.index;

/// One thing that the index and the stored shards do not agree on.
///
/// @param shard key of the shard
/// @param key of the sample; empty when the whole shard is meant
/// @param what was compared
/// @param expected by the index
/// @param found in the store
public record IndexDifference(String shard, String key, String what, String expected, String found) {

    @Override
    public String toString() {
        String where = key.isEmpty() ? shard : shard + " " + key;
        return where + ": " + what + ": expected " + expected + ", found " + found;
    }
}
