package dev.penstock.loader;

/// What holds up the batch that is delivered next, in the order of a batch's way; finer than [Stage] where a person who
/// watches can do something about it.
public enum Holdup {
    /// It is not decided yet what is in the batch.
    PLAN,
    /// The slots have no room: the consumer holds them.
    SLOT,
    /// The RAM tier has no room for a block: all that it holds is in use.
    RAM,
    /// A block is on its way from the origin.
    ORIGIN,
    /// A block is on its way from the disk tier.
    DISK,
    /// All blocks are there, and are copied and verified.
    DECODE
}
