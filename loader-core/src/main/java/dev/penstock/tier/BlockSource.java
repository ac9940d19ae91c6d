package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import reactor.core.publisher.Mono;

/// A stage that blocks come from: the origin, or something in front of it.
public interface BlockSource {

    /// Fills `destination` with a block's bytes, or fails; never a part of it.
    ///
    /// The work begins at subscription and never blocks the subscriber. `destination` has exactly the block's length,
    /// belongs to the caller, and is written only between subscription and the terminal signal or the return of a
    /// cancel.
    ///
    /// @param deadline when the bytes are needed; asked again for as long as the read runs
    Mono<Void> read(int block, Deadline deadline, MemorySegment destination);
}
