package dev.penstock.daemon.server;

/// Numbers the batches and segments of one connection, from 1. Guarded by the attachment.
final class TicketCounter {

    private long tickets;
    private int segments;

    long next() {
        return ++tickets;
    }

    int nextSegment() {
        return ++segments;
    }
}
