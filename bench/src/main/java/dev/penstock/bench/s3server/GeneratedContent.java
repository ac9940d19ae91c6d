package dev.penstock.bench.s3server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// Bytes that repeat a random pattern, from a place of it that a seed says: any number of them costs no memory.
public record GeneratedContent(long seed, long sizeBytes) implements Content {

    /// Not a divisor of any block size, so that equal blocks of one object differ.
    private static final int PERIOD_BYTES = (16 << 20) + 8;

    private static final MemorySegment PATTERN = pattern();

    public GeneratedContent {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("an object cannot have " + sizeBytes + " bytes");
        }
    }

    private static MemorySegment pattern() {
        MemorySegment pattern = Arena.global().allocate(PERIOD_BYTES, Long.BYTES);
        SplittableRandom random = new SplittableRandom(1);
        for (long at = 0; at < PERIOD_BYTES; at += Long.BYTES) {
            pattern.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        return pattern;
    }

    private long start() {
        return new SplittableRandom(seed).nextLong(PERIOD_BYTES);
    }

    @Override
    public String eTag() {
        return "\"generated-" + Long.toHexString(seed) + "-" + Long.toHexString(sizeBytes) + '"';
    }

    @Override
    public ByteBuf bytes(long offsetBytes, int mostBytes) {
        long from = (start() + offsetBytes) % PERIOD_BYTES;
        long length = Math.min(Math.min(mostBytes, sizeBytes - offsetBytes), PERIOD_BYTES - from);
        return Unpooled.wrappedBuffer(PATTERN.asSlice(from, length).asByteBuffer());
    }

    @Override
    public GeneratedContent changed() {
        return new GeneratedContent(seed + 1, sizeBytes);
    }
}
