package dev.penstock.tier;

/// When bytes that are being fetched will be needed, as far as can be told now.
///
/// Deadlines move: a job speeds up or slows down, or another one joins the wait. Whoever races against one asks again.
/// Threading: any thread; never blocks.
@FunctionalInterface
public interface Deadline {

    /// Of bytes that nobody is known to wait for.
    Deadline NONE = () -> Long.MAX_VALUE;

    /// Time left; 0 or less when somebody waits already.
    long remainingNanos();

    /// First step that is known to need the bytes; negative when none is.
    default long step() {
        return -1;
    }
}
