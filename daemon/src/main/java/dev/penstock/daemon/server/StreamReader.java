package dev.penstock.daemon.server;

/// One client's place in one stream. Guarded by the stream's lock.
final class StreamReader {

    final SharedStream stream;
    final Attachment client;

    /// Number of the batch that is announced next.
    long cursor;

    boolean endTold;

    StreamReader(SharedStream stream, Attachment client, long cursor) {
        this.stream = stream;
        this.client = client;
        this.cursor = cursor;
    }
}
