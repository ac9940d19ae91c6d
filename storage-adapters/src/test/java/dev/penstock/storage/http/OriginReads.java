package dev.penstock.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.fetch.FetchConfig;
import dev.penstock.fetch.FetchMeter;
import dev.penstock.fetch.Origin;
import dev.penstock.fetch.OriginLimit;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.Deadline;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Blocks of a small dataset read as a loader reads them: through every stage around the store.
public final class OriginReads {

    private OriginReads() {}

    /// Reads one block, and all the others once the store has refused that one; fails where one does not arrive whole.
    public static void aroundARefusal(
            DatasetIndex index, List<ObjectMetadata> objects, ObjectStore store, FetchMeter meter) {
        long[] sizes = objects.stream().mapToLong(ObjectMetadata::sizeBytes).toArray();
        BlockMap map =
                new BlockMap(sizes, objects.stream().map(ObjectMetadata::key).toList(), LawDatasets.BLOCK_BYTES);
        FetchConfig fetch = FetchConfig.defaults();
        try (Origin origin = Origin.of(store, objects, index, map, fetch, OriginLimit.of(fetch), meter)) {
            CompletableFuture<Void> first = read(origin, map, 0).toFuture();
            while (meter.snapshot().throttles() == 0) {
                Thread.onSpinWait();
            }
            Flux.range(1, map.blockCount() - 1)
                    .flatMap(block -> read(origin, map, block), map.blockCount())
                    .blockLast();
            first.join();
        }
        assertThat(meter.snapshot().blocks()).isEqualTo(map.blockCount());
    }

    private static Mono<Void> read(Origin origin, BlockMap map, int block) {
        return origin.read(block, Deadline.NONE, MemorySegment.ofArray(new byte[map.lengthBytes(block)]));
    }
}
