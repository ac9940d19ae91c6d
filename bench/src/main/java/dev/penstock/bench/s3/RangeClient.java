package dev.penstock.bench.s3;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/// One way to read ranges of one object into memory outside the heap.
///
/// Ownership: the creator closes. Threading: any number of reads at a time.
interface RangeClient extends AutoCloseable {

    /// Fills the destination with the object's bytes from an offset on.
    CompletableFuture<?> read(long offsetBytes, MemorySegment destination);

    @Override
    void close();
}
