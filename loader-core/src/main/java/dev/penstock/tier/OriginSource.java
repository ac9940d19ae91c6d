package dev.penstock.tier;

import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import java.lang.foreign.MemorySegment;
import java.util.List;
import reactor.core.publisher.Mono;

/// Blocks read from where the dataset is kept, one range request each.
///
/// Errors are the store's. Does not own the store.
public final class OriginSource implements BlockSource {

    private final ObjectStore store;
    private final List<ObjectMetadata> objects;
    private final BlockMap map;
    private final TierMeter meter;

    /// @param objects the objects of `map`, in its order
    public OriginSource(ObjectStore store, List<ObjectMetadata> objects, BlockMap map, TierMeter meter) {
        if (objects.size() != map.objectCount()) {
            throw new IllegalArgumentException(
                    "the block map has " + map.objectCount() + " objects, got " + objects.size());
        }
        this.store = store;
        this.objects = List.copyOf(objects);
        this.map = map;
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return store.read(objects.get(map.object(block)), map.offsetBytes(block), destination)
                .doOnSuccess(ignored -> {
                    meter.originReads.increment();
                    meter.originBytes.add(destination.byteSize());
                });
    }
}
