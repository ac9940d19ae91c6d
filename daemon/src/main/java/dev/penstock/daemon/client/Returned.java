package dev.penstock.daemon.client;

import java.util.Arrays;

/// Tickets of batches that were closed and that the daemon was not told of yet.
///
/// Telling costs a system call here and a wake-up there, as much as taking a small batch does; so small ones go
/// together. They wait only while the consumer has the next batch at hand, and never for more than a quarter of the
/// credits or a thirty-second of the slot memory: what the daemon needs to go on is not among them.
///
/// Guarded by its session's lock.
final class Returned {

    private static final int SHARE_OF_CREDITS = 4;
    private static final int SHARE_OF_MEMORY = 32;

    private long[] tickets = new long[SHARE_OF_CREDITS];
    private int count;
    private long bytes;

    /// @param slotBytes of the batch
    void add(long ticket, long slotBytes) {
        if (count == tickets.length) {
            tickets = Arrays.copyOf(tickets, 2 * count);
        }
        tickets[count++] = ticket;
        bytes += slotBytes;
    }

    /// Whether the daemon must be told now.
    ///
    /// @param memoryBytes of all slots
    boolean isDue(int credits, long memoryBytes) {
        return SHARE_OF_CREDITS * count >= credits || SHARE_OF_MEMORY * bytes >= memoryBytes;
    }

    /// Removes and returns all.
    long[] takeAll() {
        long[] all = Arrays.copyOf(tickets, count);
        count = 0;
        bytes = 0;
        return all;
    }
}
