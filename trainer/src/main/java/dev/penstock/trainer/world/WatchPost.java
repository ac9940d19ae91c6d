package dev.penstock.trainer.world;

/// Where a rank hears of the others and is heard by them: rank 0 at the centre, every other rank connected to it.
sealed interface WatchPost permits RankHub, HubLink {

    /// Lets the others hear that this rank is alive.
    void beat();

    /// Tells the other ranks of a loss; best effort, as they notice a closed connection anyway.
    void tell(RankLoss loss);

    /// Ends the connections, after all that was told is on its way.
    void close();
}
