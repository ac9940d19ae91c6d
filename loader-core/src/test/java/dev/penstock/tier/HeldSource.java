package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// A source whose reads end when, and how, the test says so.
final class HeldSource implements BlockSource {

    record Read(int block, MemorySegment destination, Sinks.Empty<Void> sink) {

        void complete() {
            MemorySource.fill(block, destination);
            sink.tryEmitEmpty().orThrow();
        }

        void fail(Throwable cause) {
            sink.tryEmitError(cause).orThrow();
        }
    }

    private final List<Read> reads = new ArrayList<>();

    @Override
    public synchronized Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        Read read = new Read(block, destination, Sinks.empty());
        reads.add(read);
        return read.sink().asMono();
    }

    synchronized int count() {
        return reads.size();
    }

    synchronized Read read(int index) {
        return reads.get(index);
    }

    /// Ends every read that the test left open, so that a cache can be closed.
    void failTheRest() {
        for (int i = 0; i < count(); i++) {
            read(i).sink().tryEmitError(new IllegalStateException("the test has ended"));
        }
    }
}
