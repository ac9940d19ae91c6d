package dev.penstock.tier;

/// Receives the outcome of one lease that had to wait: exactly one call of exactly one method.
///
/// A callback and not a publisher, because a cancelled publisher drops the lease that it was about to deliver. A
/// caller that lost interest releases what it is given. Called without a lock held, on the thread that loaded the
/// block; it must neither block nor throw.
public interface BlockWaiter {

    /// The block is resident and leased to the receiver, who releases it.
    void ready(BlockLease lease);

    /// The block could not be loaded, or the tier was closed.
    void failed(Throwable cause);
}
