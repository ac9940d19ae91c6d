package dev.penstock.trainer.world;

/// A sum over the ranks that is under way.
@FunctionalInterface
public interface PendingSum {

    /// Returns once the tensor holds the sum; called once.
    ///
    /// Fails with [RankLostException][dev.penstock.error.RankLostException] when another rank is gone.
    void await();
}
