package dev.penstock.plan;

import dev.penstock.batch.BatchLayout;
import java.util.Arrays;
import java.util.stream.Stream;

/// What one rank reads in one step and where every byte of it goes: known before anything is read.
///
/// A *piece* is a run of bytes that lies in one block and goes to one place of the slot: a sample's field, or a part of
/// it where the field crosses a block boundary. Pieces are grouped by block, so that a block is visited once.
///
/// ```
/// blocks   block(0)          block(1)   ...          ascending
/// pieces   firstPiece(0)..   firstPiece(1)..         piece numbers piece(i), in that order
/// ```
///
/// Filled by [BatchPlanner] and reusable: it grows to the largest batch seen and allocates nothing afterwards, except
/// its immutable [BatchLayout]. Confined to one thread while it is filled, read-only afterwards.
public final class BatchPlan {

    private static final BatchLayout EMPTY = new BatchLayout(0, 0);

    private long epoch;
    private long step;
    private int rank;
    private double balanceRatio = 1;
    private BatchLayout layout = EMPTY;
    private int fieldCount;
    private int[] widthBytes = new int[0];
    private int sampleCount;
    private long[] sampleIds = new long[64];
    private int[] expectedCrc32c = new int[64];
    private int[] fieldBytes = new int[64];
    private SamplePlacement[] placements = new SamplePlacement[0];
    private long[] fieldTarget = new long[64];
    private boolean[] crossesBlocks = new boolean[64];
    private int[] microBatchStarts = new int[2];

    private int pieceCount;
    private int[] pieceItem = new int[64];
    private int[] pieceSource = new int[64];
    private int[] pieceBytes = new int[64];
    private long[] pieceTarget = new long[64];
    private long[] blockAndPiece = new long[64];

    private int blockCount;
    private int[] blocks = new int[16];
    private int[] firstPiece = new int[17];

    void begin(
            long epoch,
            long step,
            int rank,
            double balanceRatio,
            int sampleCount,
            int microBatchCount,
            int[] widthBytes) {
        int fields = widthBytes.length;
        this.epoch = epoch;
        this.step = step;
        this.rank = rank;
        this.balanceRatio = balanceRatio;
        this.sampleCount = sampleCount;
        this.fieldCount = fields;
        this.widthBytes = widthBytes;
        this.pieceCount = 0;
        this.blockCount = 0;
        if (placements.length < fields) {
            placements = Stream.generate(SamplePlacement::new).limit(fields).toArray(SamplePlacement[]::new);
        }
        if (sampleIds.length < sampleCount) {
            sampleIds = new long[sampleCount * 2];
        }
        if (expectedCrc32c.length < sampleCount * fields) {
            expectedCrc32c = new int[sampleCount * fields * 2];
            fieldBytes = new int[sampleCount * fields * 2];
            fieldTarget = new long[sampleCount * fields * 2];
            crossesBlocks = new boolean[sampleCount * fields * 2];
        }
        if (microBatchStarts.length < microBatchCount + 1) {
            microBatchStarts = new int[(microBatchCount + 1) * 2];
        }
    }

    void microBatchStart(int microBatch, int sample) {
        microBatchStarts[microBatch] = sample;
    }

    void sample(int sample, long id) {
        sampleIds[sample] = id;
    }

    void field(int sample, int field, int bytes, int crc32c) {
        fieldBytes[sample * fieldCount + field] = bytes;
        expectedCrc32c[sample * fieldCount + field] = crc32c;
    }

    int[] microBatchStarts() {
        return microBatchStarts;
    }

    void layout(BatchLayout layout) {
        this.layout = layout;
    }

    void target(int sample, int field, long targetOffset) {
        fieldTarget[sample * fieldCount + field] = targetOffset;
        crossesBlocks[sample * fieldCount + field] = false;
    }

    void piece(int sample, int field, int block, int sourceOffset, int bytes, long targetOffset) {
        if (pieceCount == pieceItem.length) {
            int capacity = pieceCount * 2;
            pieceItem = Arrays.copyOf(pieceItem, capacity);
            pieceSource = Arrays.copyOf(pieceSource, capacity);
            pieceBytes = Arrays.copyOf(pieceBytes, capacity);
            pieceTarget = Arrays.copyOf(pieceTarget, capacity);
            blockAndPiece = Arrays.copyOf(blockAndPiece, capacity);
        }
        int item = sample * fieldCount + field;
        crossesBlocks[item] = bytes < fieldBytes[item];
        pieceItem[pieceCount] = item;
        pieceSource[pieceCount] = sourceOffset;
        pieceBytes[pieceCount] = bytes;
        pieceTarget[pieceCount] = targetOffset;
        blockAndPiece[pieceCount] = ((long) block << Integer.SIZE) | pieceCount;
        pieceCount++;
    }

    /// Groups the pieces by block.
    void finish() {
        Arrays.sort(blockAndPiece, 0, pieceCount);
        for (int i = 0; i < pieceCount; i++) {
            int block = (int) (blockAndPiece[i] >>> Integer.SIZE);
            if (blockCount == 0 || blocks[blockCount - 1] != block) {
                if (blockCount == blocks.length) {
                    blocks = Arrays.copyOf(blocks, blockCount * 2);
                    firstPiece = Arrays.copyOf(firstPiece, blockCount * 2 + 1);
                }
                blocks[blockCount] = block;
                firstPiece[blockCount] = i;
                blockCount++;
            }
        }
        firstPiece[blockCount] = pieceCount;
    }

    /// Epoch of the step's first position.
    public long epoch() {
        return epoch;
    }

    public long step() {
        return step;
    }

    public int rank() {
        return rank;
    }

    /// Cost of the fullest rank of the step over its lower bound.
    public double balanceRatio() {
        return balanceRatio;
    }

    public BatchLayout layout() {
        return layout;
    }

    public int sampleCount() {
        return sampleCount;
    }

    public int fieldCount() {
        return fieldCount;
    }

    public long sampleId(int sample) {
        return sampleIds[sample];
    }

    public int microBatchStart(int microBatch) {
        return microBatchStarts[microBatch];
    }

    /// Where the samples lie among the elements of a field.
    public SamplePlacement placement(int field) {
        return placements[field];
    }

    public int fieldBytes(int sample, int field) {
        return fieldBytes[sample * fieldCount + field];
    }

    public int fieldElements(int sample, int field) {
        return fieldBytes(sample, field) / widthBytes[field];
    }

    /// Where the field's bytes begin in the slot.
    public long fieldTarget(int sample, int field) {
        return fieldTarget[sample * fieldCount + field];
    }

    /// Whether the field's bytes come from more than one block.
    public boolean crossesBlocks(int sample, int field) {
        return crossesBlocks[sample * fieldCount + field];
    }

    /// What the index says the field's bytes must sum to.
    public int expectedCrc32c(int sample, int field) {
        return expectedCrc32c[sample * fieldCount + field];
    }

    public int blockCount() {
        return blockCount;
    }

    public int block(int index) {
        return blocks[index];
    }

    /// Position of a block's first piece in the grouped order; `firstPiece(blockCount())` is the number of pieces.
    public int firstPiece(int blockIndex) {
        return firstPiece[blockIndex];
    }

    /// The piece at a position of the grouped order.
    public int piece(int position) {
        return (int) blockAndPiece[position];
    }

    public int pieceSample(int piece) {
        return pieceItem[piece] / fieldCount;
    }

    public int pieceField(int piece) {
        return pieceItem[piece] % fieldCount;
    }

    /// Where the piece begins in its block.
    public int pieceSource(int piece) {
        return pieceSource[piece];
    }

    public int pieceBytes(int piece) {
        return pieceBytes[piece];
    }

    /// Where the piece goes in the slot.
    public long pieceTarget(int piece) {
        return pieceTarget[piece];
    }
}
