package dev.penstock.trainer.record;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A protobuf message that grows by fields, in their wire encoding (protobuf.dev/programming-guides/encoding).
///
/// The five kinds of field that an event has are less code than protobuf's runtime is configuration, and that one warns
/// on standard error under JDK 25.
final class ProtobufMessage {

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH_AND_BYTES = 2;
    private static final int FOUR_BYTES = 5;

    private static final int WIRE_TYPE_BITS = 3;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ProtobufMessage number(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    ProtobufMessage value(int field, double value) {
        key(field, EIGHT_BYTES);
        bytes.writeBytes(ByteBuffer.allocate(Double.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(value)
                .array());
        return this;
    }

    ProtobufMessage value(int field, float value) {
        key(field, FOUR_BYTES);
        bytes.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return this;
    }

    ProtobufMessage text(int field, String text) {
        return nested(field, text.getBytes(StandardCharsets.UTF_8));
    }

    ProtobufMessage message(int field, ProtobufMessage message) {
        return nested(field, message.toByteArray());
    }

    private ProtobufMessage nested(int field, byte[] content) {
        key(field, LENGTH_AND_BYTES);
        varint(content.length);
        bytes.writeBytes(content);
        return this;
    }

    private void key(int field, int wireType) {
        varint(((long) field << WIRE_TYPE_BITS) | wireType);
    }

    /// Seven bits a byte, the lowest first; all but the last byte have the eighth set.
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
