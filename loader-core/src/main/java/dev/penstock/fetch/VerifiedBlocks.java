package dev.penstock.fetch;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import dev.penstock.tier.BlockMap;
import dev.penstock.tier.BlockSource;
import dev.penstock.tier.Deadline;
import java.lang.foreign.MemorySegment;
import java.util.List;
import reactor.core.publisher.Mono;

/// A stage that blocks leave only with the bytes that were indexed; see [BlockChecksums] for what is compared.
///
/// A block that does not match is read again, up to [#MAX_READS] times in all, as a path may flip a bit that the store
/// did not; then it fails with a [CorruptDataException].
///
/// Each read has a [ReadTarget] of its own, which is closed before the bytes are summed and before any signal: neither
/// a request that lost a race nor one that was cancelled writes to the memory afterwards.
final class VerifiedBlocks implements BlockSource {

    /// A store that returns wrong bytes three times has them.
    static final int MAX_READS = 3;

    private final RangeSource source;
    private final List<ObjectMetadata> objects;
    private final BlockMap map;
    private final BlockChecksums checksums;
    private final FetchMeter meter;

    /// @param objects the shards as the store has them, in the order of `index` and `map`
    VerifiedBlocks(
            RangeSource source, List<ObjectMetadata> objects, DatasetIndex index, BlockMap map, FetchMeter meter) {
        if (objects.size() != map.objectCount()) {
            throw new IllegalArgumentException(
                    "the block map has " + map.objectCount() + " objects, got " + objects.size());
        }
        this.source = source;
        this.objects = List.copyOf(objects);
        this.map = map;
        this.checksums = new BlockChecksums(index, map);
        this.meter = meter;
    }

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return read(block, deadline, destination, 1);
    }

    private Mono<Void> read(int block, Deadline deadline, MemorySegment destination, int reads) {
        return fill(block, deadline, destination)
                .then(Mono.fromSupplier(() -> checksums.firstMismatch(block, destination)))
                .flatMap(mismatch -> {
                    if (mismatch.isEmpty()) {
                        meter.blocks.increment();
                        meter.usefulBytes.add(destination.byteSize());
                        return Mono.empty();
                    }
                    meter.corruptBlocks.increment();
                    return reads < MAX_READS
                            ? read(block, deadline, destination, reads + 1)
                            : Mono.error(corrupt(mismatch.get()));
                });
    }

    private Mono<Void> fill(int block, Deadline deadline, MemorySegment destination) {
        ObjectMetadata object = objects.get(map.object(block));
        return Mono.using(
                () -> new ReadTarget(destination),
                target -> source.read(new RangeRequest(object, map.offsetBytes(block), target, deadline))
                        .then(Mono.fromRunnable(() -> requireFull(object, target))),
                this::close,
                true);
    }

    private static void requireFull(ObjectMetadata object, ReadTarget target) {
        if (target.wanted()) {
            throw new IllegalStateException("the store ended a read of " + object.key() + " after "
                    + target.filledBytes() + " of " + target.sizeBytes() + " bytes without a failure");
        }
    }

    private void close(ReadTarget target) {
        target.close();
        meter.receivedBytes.add(target.receivedBytes());
    }

    private static CorruptDataException corrupt(ChunkMismatch mismatch) {
        return new CorruptDataException(FailureMessage.of("verifying a block")
                .with("shard", mismatch.shard())
                .with("offset", mismatch.offsetBytes())
                .with("bytes", mismatch.lengthBytes())
                .with("expected", "crc32c " + Integer.toHexString(mismatch.expectedCrc32c()))
                .with("found", "crc32c " + Integer.toHexString(mismatch.foundCrc32c()))
                .with("reads", MAX_READS)
                .remedy("restore the shard, or index the dataset again"));
    }
}
