package dev.penstock.loader;

import dev.penstock.batch.BatchLayout;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.index.DatasetIndex;
import dev.penstock.index.ShardIndex;
import dev.penstock.plan.BatchPlan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Copies pieces from blocks into a slot and proves each sample's bytes against the index.
///
/// The checksum is taken over the bytes in the slot, so it covers every copy and tier between the origin and the
/// consumer. A field that lies in one block is checked right after its copy, while it is still in the processor's
/// cache; one that crosses blocks is checked when the last block has arrived. Confined to one thread.
final class SampleDecoder {

    private final DatasetIndex index;
    private final CRC32C crc32c = new CRC32C();
    private long copiedBytes;
    private long lastSlotAddress;
    private ByteBuffer lastSlotBytes = ByteBuffer.allocate(0);

    SampleDecoder(DatasetIndex index) {
        this.index = index;
    }

    /// Copies every piece of one block of the plan; returns how many bytes that was.
    long copyBlock(BatchPlan plan, int blockIndex, MemorySegment block, MemorySegment slot) {
        ByteBuffer slotBytes = bytesOf(slot);
        long copied = 0;
        for (int i = plan.firstPiece(blockIndex); i < plan.firstPiece(blockIndex + 1); i++) {
            int piece = plan.piece(i);
            MemorySegment.copy(block, plan.pieceSource(piece), slot, plan.pieceTarget(piece), plan.pieceBytes(piece));
            copied += plan.pieceBytes(piece);
            int sample = plan.pieceSample(piece);
            int field = plan.pieceField(piece);
            if (!plan.crossesBlocks(sample, field)) {
                verify(plan, sample, field, slotBytes);
            }
        }
        copiedBytes += copied;
        return copied;
    }

    /// Bytes that this decoder has copied in its life.
    long copiedBytes() {
        return copiedBytes;
    }

    /// Verifies what [#copyBlock] could not and writes the checksums; every block has been copied.
    void finish(BatchPlan plan, MemorySegment slot) {
        ByteBuffer slotBytes = bytesOf(slot);
        BatchLayout layout = plan.layout();
        for (int sample = 0; sample < plan.sampleCount(); sample++) {
            for (int field = 0; field < plan.fieldCount(); field++) {
                if (plan.crossesBlocks(sample, field)) {
                    verify(plan, sample, field, slotBytes);
                }
            }
            slot.set(
                    ValueLayout.JAVA_INT,
                    layout.crc32cOffset() + (long) Integer.BYTES * sample,
                    sampleCrc32c(plan, sample, slotBytes));
        }
    }

    /// A sample of one field was just proven to have the index's checksum; several fields are summed in one run.
    private int sampleCrc32c(BatchPlan plan, int sample, ByteBuffer slotBytes) {
        if (plan.fieldCount() == 1) {
            return plan.expectedCrc32c(sample, 0);
        }
        crc32c.reset();
        for (int field = 0; field < plan.fieldCount(); field++) {
            update(plan, sample, field, slotBytes);
        }
        return (int) crc32c.getValue();
    }

    private void verify(BatchPlan plan, int sample, int field, ByteBuffer slotBytes) {
        crc32c.reset();
        update(plan, sample, field, slotBytes);
        int expected = plan.expectedCrc32c(sample, field);
        int found = (int) crc32c.getValue();
        if (expected != found) {
            throw mismatch(plan, sample, field, expected, found);
        }
    }

    private void update(BatchPlan plan, int sample, int field, ByteBuffer slotBytes) {
        int start = Math.toIntExact(plan.fieldTarget(sample, field));
        slotBytes.limit(start + plan.fieldBytes(sample, field)).position(start);
        crc32c.update(slotBytes);
        slotBytes.clear();
    }

    /// A buffer over the slot that is not tied to its lifetime, made once for all blocks of a batch.
    ///
    /// Checksumming through a buffer of the slot's own would enter and leave the slot memory's session for every
    /// sample, at a counter that all workers share. The pool's promise replaces it: the memory outlives the workers.
    @SuppressWarnings("restricted") // of the slot's own address and size
    private ByteBuffer bytesOf(MemorySegment slot) {
        if (slot.address() != lastSlotAddress || slot.byteSize() != lastSlotBytes.capacity()) {
            lastSlotBytes = MemorySegment.ofAddress(slot.address())
                    .reinterpret(slot.byteSize())
                    .asByteBuffer();
            lastSlotAddress = slot.address();
        }
        return lastSlotBytes;
    }

    private CorruptDataException mismatch(BatchPlan plan, int sample, int field, int expected, int found) {
        long id = plan.sampleId(sample);
        int shardNumber = index.shardOf(id);
        ShardIndex shard = index.shard(shardNumber);
        int local = (int) (id - index.firstSample(shardNumber));
        long offset = shard.offset(local, field);
        return new CorruptDataException(
                FailureMessage.of("sample verification")
                        .with("shard", shard.object().key())
                        .with("key", shard.key(local))
                        .with("field", index.fields().get(field).name())
                        .with("bytes", "[" + offset + ", " + (offset + shard.storedBytes(local, field)) + ")")
                        .with("expectedCrc32c", Integer.toHexString(expected))
                        .with("foundCrc32c", Integer.toHexString(found))
                        .with("step", plan.step())
                        .with("rank", plan.rank())
                        .remedy(
                                "the shard changed since it was indexed or its storage is damaged: restore it, or index it again"));
    }
}
