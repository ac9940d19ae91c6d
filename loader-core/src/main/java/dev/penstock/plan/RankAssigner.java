package dev.penstock.plan;

/// Divides the samples of one global batch among ranks, and each rank's share into micro-batches.
///
/// A pure function: the same lengths give the same assignment in every process, so ranks need not talk to agree.
/// An implementation may keep scratch memory and is then confined to one thread at a time; it keeps no state that
/// changes a result.
public interface RankAssigner {

    /// Assigns items `0 .. count-1`, in the order of the global batch, to ranks `0 .. assignment.ranks()-1`.
    ///
    /// @param lengths length of each item in cost units (tokens, bytes), none negative; only the first `count` are read
    /// @param count number of items; may be fewer than there are ranks, and then some ranks get none
    /// @param assignment receives the result; what it held before is overwritten
    void assign(int[] lengths, int count, RankAssignment assignment);

    /// Fails if a step with a sample of that length could not be assigned, so that a run finds out before it begins.
    default void requireFits(int longestLength, int ranks) {
        assign(new int[] {longestLength}, 1, new RankAssignment(ranks));
    }
}
