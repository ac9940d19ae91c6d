package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import reactor.core.publisher.Mono;

/// An origin as the tiers read it: each block that arrives is a [FetchEvent].
final class RecordedOrigin implements BlockSource {

    private final BlockSource origin;
    private final BlockMap map;

    RecordedOrigin(BlockSource origin, BlockMap map) {
        this.origin = origin;
        this.map = map;
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        FetchEvent event = FetchEvent.begun();
        Mono<Void> read = origin.read(block, deadline, destination);
        return event == null ? read : read.doOnSuccess(_ -> event.ended(FetchEvent.Tier.ORIGIN, map, block, deadline));
    }
}
