package dev.penstock.trainer.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// A file of protobuf messages in TFRecord frames. Each frame is written whole or taken back.
///
/// ```
/// frame  u64 length | u32 masked crc32c of length | message | u32 masked crc32c of message      little-endian
/// mask   rotate right by 15, plus 0xa282ead8
/// ```
final class EventFile implements AutoCloseable {

    private static final int MASK = 0xa282ead8;
    private static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

    private final FileChannel channel;
    private long endBytes;

    EventFile(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    void append(ProtobufMessage message) throws IOException {
        ByteBuffer frame = frame(message.toByteArray());
        try {
            while (frame.hasRemaining()) {
                channel.write(frame, endBytes + frame.position());
            }
        } catch (IOException failed) {
            channel.truncate(endBytes);
            throw failed;
        }
        endBytes += frame.limit();
    }

    private static ByteBuffer frame(byte[] message) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + message.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(message.length);
        frame.putInt(maskedChecksum(frame.array(), 0, Long.BYTES));
        frame.put(message);
        frame.putInt(maskedChecksum(frame.array(), HEADER_BYTES, message.length));
        return frame.flip();
    }

    private static int maskedChecksum(byte[] bytes, int begin, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, begin, count);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
