package dev.penstock.format;

import dev.penstock.batch.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads a raw token stream; samples are named by their number in the shard.
public final class TokenShardReader {

    private static final ValueLayout.OfChar UINT16 = ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final TokenFormat format;
    private final ShardBytes in;
    private final ShardVisitor visitor;
    private final int widthBytes;
    private long samples;
    private boolean inSample;

    public TokenShardReader(TokenFormat format, ShardBytes in, ShardVisitor visitor) {
        this.format = format;
        this.in = in;
        this.visitor = visitor;
        this.widthBytes = format.type().widthBytes();
    }

    /// Reads to the end of the shard; once.
    public void read() {
        if (in.remaining() % widthBytes != 0) {
            throw in.corrupt(in.remaining(), "whole tokens of " + widthBytes + " bytes", in.remaining() + " bytes");
        }
        switch (format.cut()) {
            case TokenCut.Windows(int sampleLength) -> windows(sampleLength);
            case TokenCut.Documents(int separator) -> documents(separator);
        }
        endSample();
    }

    private void windows(int sampleLength) {
        long windowBytes = (long) sampleLength * widthBytes;
        while (in.remaining() > 0) {
            long offset = in.position();
            MemorySegment tokens = in.take(windowBytes - offset % windowBytes);
            requireTokens(tokens, offset);
            sample(offset, tokens);
            if (in.position() % windowBytes == 0) {
                endSample();
            }
        }
    }

    private void documents(int separator) {
        while (in.remaining() > 0) {
            long offset = in.position();
            MemorySegment tokens = in.take(Long.MAX_VALUE);
            requireTokens(tokens, offset);
            long from = 0;
            for (long at = 0; at < tokens.byteSize(); at += widthBytes) {
                if (token(tokens, at) == separator) {
                    sample(offset + from, tokens.asSlice(from, at + widthBytes - from));
                    endSample();
                    from = at + widthBytes;
                }
            }
            if (from < tokens.byteSize()) {
                sample(offset + from, tokens.asSlice(from));
            }
        }
    }

    private void sample(long offset, MemorySegment tokens) {
        if (!inSample) {
            visitor.beginSample(Long.toString(samples++));
            visitor.beginField(format.field(), offset);
            inSample = true;
        }
        visitor.bytes(tokens);
    }

    private void endSample() {
        if (inSample) {
            visitor.endSample();
            inSample = false;
        }
    }

    private void requireTokens(MemorySegment tokens, long offset) {
        if (format.type() != ElementType.INT32) {
            return;
        }
        for (long at = 0; at < tokens.byteSize(); at += widthBytes) {
            if (token(tokens, at) < 0) {
                throw in.corrupt(offset + at, "a token below 2^31", Integer.toUnsignedString(token(tokens, at)));
            }
        }
    }

    private int token(MemorySegment tokens, long at) {
        return format.type() == ElementType.UINT16 ? tokens.get(UINT16, at) : tokens.get(INT32, at);
    }
}
