package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import reactor.core.publisher.Mono;

/// A job's way to its blocks through the disk tier: from there, else from the origin and then onto the disk.
///
/// A block read from the origin is written before the read completes, from the caller's memory: no copy is made, no
/// memory is held beyond the caller's, and a block that was delivered is on disk. The price is the time of a write
/// into the page cache, a few milliseconds for a block of 8 MiB, on a read that was waiting for the network.
final class DiskBlocks implements BlockSource {

    private final DiskTier tier;
    private final DatasetFrames dataset;
    private final BlockSource origin;
    private final NextUses nextUses;
    private final TierMeter meter;

    DiskBlocks(DiskTier tier, DatasetFrames dataset, BlockSource origin, NextUses nextUses, TierMeter meter) {
        this.tier = tier;
        this.dataset = dataset;
        this.origin = origin;
        this.nextUses = nextUses;
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return Mono.defer(() -> {
            int frame = tier.pinHeld(this, block);
            if (frame < 0) {
                meter.diskMisses.increment();
                return fetch(block, deadline, destination);
            }
            return tier.onDiskThread(() -> readHeld(frame, block, deadline, destination))
                    .flatMap(whole -> whole ? Mono.empty() : fetch(block, deadline, destination));
        });
    }

    private boolean readHeld(int frame, int block, Deadline deadline, MemorySegment destination) {
        FetchEvent event = FetchEvent.begun();
        boolean whole = tier.readHeld(this, frame, block, destination.asByteBuffer());
        if (event != null && whole) {
            event.ended(FetchEvent.Tier.DISK, dataset.map, block, deadline);
        }
        return whole;
    }

    private Mono<Void> fetch(int block, Deadline deadline, MemorySegment destination) {
        return origin.read(block, deadline, destination).then(Mono.defer(() -> {
            int frame = tier.admit(this, block);
            return frame < 0
                    ? Mono.empty()
                    : tier.onDiskThread(() -> tier.write(this, frame, block, destination.asByteBuffer()))
                            .then();
        }));
    }

    boolean holds(int block) {
        return tier.holds(dataset, block);
    }

    void forget(int block) {
        tier.forget(this, block);
    }

    DatasetFrames dataset() {
        return dataset;
    }

    NextUses nextUses() {
        return nextUses;
    }

    TierMeter meter() {
        return meter;
    }

    long keyHigh(int block) {
        return dataset.map.keyHigh(block);
    }

    long keyLow(int block) {
        return dataset.map.keyLow(block);
    }
}
