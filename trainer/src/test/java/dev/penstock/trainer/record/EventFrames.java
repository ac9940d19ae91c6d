package dev.penstock.trainer.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A reader of event files that shares nothing with their writer: its own checksum, its own parser.
final class EventFrames {

    private EventFrames() {}

    /// @param session status of a session log; 0 for none
    /// @param scalars as `tag=value`
    record Event(double seconds, long step, String version, int session, List<String> scalars) {

        static Event version(double seconds, String version) {
            return new Event(seconds, 0, version, 0, List.of());
        }

        static Event session(double seconds, long step, int status) {
            return new Event(seconds, step, "", status, List.of());
        }

        static Event scalars(double seconds, long step, List<String> scalars) {
            return new Event(seconds, step, "", 0, scalars);
        }
    }

    static List<Event> read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            List<Event> events = new ArrayList<>();
            while (bytes.hasRemaining()) {
                ByteBuffer length = take(bytes, 8);
                assertThat(bytes.getInt()).isEqualTo(masked(length));
                ByteBuffer message = take(bytes, Math.toIntExact(length.getLong(0)));
                assertThat(bytes.getInt()).isEqualTo(masked(message));
                events.add(event(message));
            }
            return events;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static ByteBuffer take(ByteBuffer bytes, int count) {
        ByteBuffer taken = bytes.slice(bytes.position(), count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + count);
        return taken;
    }

    /// CRC-32C bit by bit (polynomial 0x1EDC6F41, reflected), then TensorFlow's mask.
    private static int masked(ByteBuffer bytes) {
        int crc = -1;
        for (int at = 0; at < bytes.limit(); at++) {
            crc ^= bytes.get(at) & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
            }
        }
        crc = ~crc;
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static Event event(ByteBuffer message) {
        double seconds = 0;
        long step = 0;
        String version = "";
        int session = 0;
        List<String> scalars = new ArrayList<>();
        while (message.hasRemaining()) {
            int key = (int) varint(message);
            switch (key) {
                case 1 << 3 | 1 -> seconds = message.getDouble();
                case 2 << 3 -> step = varint(message);
                case 3 << 3 | 2 -> version = text(message);
                case 5 << 3 | 2 -> scalars(nested(message), scalars);
                case 7 << 3 | 2 -> {
                    ByteBuffer log = nested(message);
                    assertThat(varint(log)).isEqualTo(1 << 3);
                    session = (int) varint(log);
                }
                default -> throw new AssertionError("unknown field " + key);
            }
        }
        return new Event(seconds, step, version, session, scalars);
    }

    private static void scalars(ByteBuffer summary, List<String> scalars) {
        while (summary.hasRemaining()) {
            assertThat(varint(summary)).isEqualTo(1 << 3 | 2);
            ByteBuffer value = nested(summary);
            assertThat(varint(value)).isEqualTo(1 << 3 | 2);
            String tag = text(value);
            assertThat(varint(value)).isEqualTo(2 << 3 | 5);
            scalars.add(tag + "=" + value.getFloat());
            assertThat(value.hasRemaining()).isFalse();
        }
    }

    private static ByteBuffer nested(ByteBuffer message) {
        return take(message, (int) varint(message));
    }

    private static String text(ByteBuffer message) {
        return StandardCharsets.UTF_8.decode(nested(message)).toString();
    }

    private static long varint(ByteBuffer message) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = message.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
