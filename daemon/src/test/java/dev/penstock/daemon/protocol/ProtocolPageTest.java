package dev.penstock.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.batch.BatchLayout;
import dev.penstock.batch.Layout;
import dev.penstock.memory.SharedAccess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The example exchange of `docs/protocol.md` is what this code writes and reads.
class ProtocolPageTest {

    private static final Path PAGE = Path.of("../docs/protocol.md");

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final FrameWriter writer = new FrameWriter(this::append);

    private void append(MemorySegment frame) throws IOException {
        written.write(frame.toArray(ValueLayout.JAVA_BYTE));
    }

    private static byte[] example() throws IOException {
        StringBuilder digits = new StringBuilder();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.matches("  ([0-9a-f]{2} ?){1,16}")) {
                digits.append(line.replace(" ", ""));
            }
        }
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theExampleIsWhatTheWriterWrites() throws IOException {
        writer.write(Hello.ofThisVersion());
        writer.write(Welcome.ofThisVersion());
        writer.write(FrameType.REQUEST, json("{\"id\":1,\"do\":\"attach\",\"job\":\"a\",\"uri\":\"file:/d\"}"));
        writer.write(
                FrameType.REPLY,
                json("{\"id\":1,\"error\":{\"kind\":\"missing\",\"message\":\"opening a dataset failed\"}}"));
        writer.write(new SegmentNotice(1, SharedAccess.READ, 64 << 20), this::append);
        writer.write(new Announcement(1, 1_234_567_890, 1, 65_536, 0, 0, 0, 1, new BatchLayout(2, 1, 8)));
        writer.release(1);
        writer.end(1);
        writer.retired(1);
        writer.write(FrameType.GOODBYE, json("{\"kind\":\"stopping\",\"message\":\"the daemon stops\"}"));

        assertThat(HexFormat.of().formatHex(written.toByteArray()))
                .isEqualTo(HexFormat.of().formatHex(example()));
    }

    @Test
    void theExampleIsReadFrameByFrameHoweverItIsCut() throws IOException {
        byte[] bytes = example();
        for (int piece : new int[] {1, 7, bytes.length}) {
            FrameReader reader = new FrameReader(new Pieces(bytes, piece));
            Iterator<FrameType> types = List.of(
                            FrameType.HELLO,
                            FrameType.WELCOME,
                            FrameType.REQUEST,
                            FrameType.REPLY,
                            FrameType.SEGMENT,
                            FrameType.BATCH,
                            FrameType.RELEASE,
                            FrameType.END,
                            FrameType.RETIRED,
                            FrameType.GOODBYE)
                    .iterator();
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                assertThat(frame.type()).isEqualTo(types.next());
                if (frame.type() == FrameType.BATCH) {
                    Announcement batch = Announcement.decode(frame.body(), new Layout.Packed(), 1);
                    assertThat(batch.slotOffset()).isEqualTo(65_536);
                    assertThat(batch.layout().totalBytes()).isEqualTo(320);
                }
            }
            assertThat(types.hasNext()).isFalse();
        }
    }
}
