package dev.penstock.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.error.ConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever bytes come, they are frames, or they are refused as what they are.
class GarbageTest {

    private static final int ROUNDS = 5_000;

    private static final List<Layout> LAYOUTS = List.of(
            new Layout.Packed(),
            new Layout.Padded(),
            new Layout.Fixed(7, LongerThanRow.SPLIT),
            new Layout.Buckets(List.of(3, 9)));

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private byte[] garbage() {
        byte[] bytes = new byte[random.nextInt(400)];
        random.nextBytes(bytes);
        for (int at = 0; at + 8 <= bytes.length && random.nextInt(4) > 0; at += 8 + bytes[at]) {
            // A header that may pass, so that what is behind it is looked at as well.
            FrameType type = FrameType.values()[random.nextInt(FrameType.values().length)];
            ByteBuffer.wrap(bytes, at, 8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(random.nextInt(120))
                    .putInt(Byte.toUnsignedInt(type.code()));
        }
        return bytes;
    }

    @Test
    void everyBodyIsReadOrRefused() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = garbage();
            FrameReader reader = new FrameReader(new Pieces(bytes, 1 + random.nextInt(100)));
            try {
                for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                    read(frame);
                }
            } catch (MalformedFrameException | ConfigurationException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            } catch (IOException | RuntimeException | Error mistake) {
                fail("seed " + seed + ", round " + round, mistake);
            }
        }
    }

    private void read(Frame frame) throws IOException {
        switch (frame.type()) {
            case HELLO -> Hello.decode(frame.body());
            case WELCOME -> Welcome.decode(frame.body());
            case SEGMENT -> SegmentNotice.decode(frame.body());
            case BATCH -> Announcement.decode(frame.body(), LAYOUTS.get(random.nextInt(4)), random.nextInt(3));
            case REQUEST -> Request.parse(Json.parse(frame.bytes()));
            case REPLY -> AttachReply.parse(Json.parse(frame.bytes()));
            case REFUSED, FAILED, GOODBYE -> Refusal.parse(Json.parse(frame.bytes()));
            case RELEASE, END, RETIRED -> assertThat(frame.bytes()).isNotEmpty();
        }
    }

    @Test
    void requestsWithAnyMemberBrokenAreRefusedByName() {
        String whole = "{'id':1,'do':'attach','job':'a','uri':'b','options':{'seed':1},'start':0,'access':'shared',"
                + "'credits':4,'slots':65536}";
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = whole.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) (32 + random.nextInt(95));
            }
            try {
                Request.parse(Json.parse(bytes));
            } catch (MalformedFrameException | ConfigurationException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            } catch (RuntimeException | Error mistake) {
                fail("seed " + seed + ": " + new String(bytes, StandardCharsets.UTF_8), mistake);
            }
        }
    }

    @Test
    void aLengthBeyondTheLimitIsRefusedBeforeItIsBelieved() {
        byte[] header = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FrameType.MAX_BODY_BYTES + 1)
                .putInt(FrameType.REQUEST.code())
                .array();

        assertThatThrownBy(() -> new FrameReader(new Pieces(header, 8)).next())
                .isInstanceOf(MalformedFrameException.class)
                .hasMessage("REQUEST frame with a body of 1048577 bytes");
    }
}
