package dev.penstock.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.StoreAccessException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every [ObjectStore] that also writes and lists must do; its test extends this and says how to open it.
public abstract class ObjectStoreLaws extends ObjectReadLaws {

    @Override
    protected final ObjectMetadata put(ObjectStore store, String key, byte[] bytes) {
        try (ObjectWriter writer = store.write(key)) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.commit();
        }
    }

    @Test
    void commitStatAndListAgree() {
        ObjectMetadata written = write("dir/a.bin", new byte[10]);
        assertThat(store().stat("dir/a.bin").block()).isEqualTo(written);
        assertThat(store().list("").collectList().block()).containsExactly(written);
    }

    @Test
    void listsEveryKeyOnceInAscendingOrder() {
        List<String> keys = List.of("a/b", "a.b", "a0", "Z", "a/c/d", "b", "a-b", "é", "a/c-d");
        keys.forEach(key -> write(key, new byte[1]));
        assertThat(keys("")).containsExactlyElementsOf(keys.stream().sorted().toList());
    }

    @Test
    void listsOnlyKeysThatStartWithThePrefix() {
        List<String> keys = List.of("train/0.tar", "train/1.tar", "train-old/0.tar", "train", "tr", "x/train/0.tar");
        keys.stream().filter(key -> !key.equals("train")).forEach(key -> write(key, new byte[1]));
        for (String prefix :
                List.of("", "t", "train", "train/", "train/1", "train-", "nothing", "x/tr", "train/0.tar/")) {
            assertThat(keys(prefix))
                    .as("prefix '%s'", prefix)
                    .containsExactlyElementsOf(keys.stream()
                            .filter(key -> !key.equals("train") && key.startsWith(prefix))
                            .sorted(Comparator.naturalOrder())
                            .toList());
        }
    }

    @Test
    void aWriteIsInvisibleBeforeItsCommit() {
        try (ObjectWriter writer = store().write("a.bin")) {
            writer.write(ByteBuffer.wrap(new byte[10]));
            assertThatThrownBy(() -> store().stat("a.bin").block()).isInstanceOf(StoreAccessException.class);
            assertThat(keys("")).isEmpty();
            writer.commit();
        }
        assertThat(keys("")).containsExactly("a.bin");
    }

    @Test
    void anAbortLeavesTheEarlierObject() {
        ObjectMetadata before = write("a.bin", "before".getBytes(UTF_8));
        try (ObjectWriter writer = store().write("a.bin")) {
            writer.write(ByteBuffer.wrap(new byte[1000]));
        }
        assertThat(store().stat("a.bin").block()).isEqualTo(before);
        assertThat(read(before, 0, 6)).isEqualTo("before".getBytes(UTF_8));
        assertThat(keys("")).containsExactly("a.bin");
    }

    @Test
    void anOverwriteReplacesTheWholeObject() {
        ObjectMetadata before = write("a.bin", "before, and longer".getBytes(UTF_8));
        read(before, 0, 6);
        ObjectMetadata after = write("a.bin", "after".getBytes(UTF_8));
        assertThat(read(after, 0, 5)).isEqualTo("after".getBytes(UTF_8));
        assertThatThrownBy(() -> read(before, 0, 6)).isInstanceOf(CorruptDataException.class);
        assertThat(keys("")).containsExactly("a.bin");
    }

    @Test
    void aWriteTakesManyBuffersOfAnyKind() {
        byte[] bytes = random(new Random(5), 300_000);
        try (ObjectWriter writer = store().write("a.bin")) {
            for (int at = 0; at < bytes.length; at += 1000) {
                ByteBuffer buffer = at % 2000 == 0 ? ByteBuffer.allocate(1000) : ByteBuffer.allocateDirect(1000);
                buffer.put(bytes, at, 1000).flip();
                writer.write(buffer);
                assertThat(buffer.hasRemaining()).isFalse();
            }
            assertThat(read(writer.commit(), 0, bytes.length)).isEqualTo(bytes);
        }
    }

    @Test
    void anEmptyObjectIsListed() {
        write("empty", new byte[0]);
        assertThat(keys("")).containsExactly("empty");
    }

    @Test
    void unusualKeysAreListed() {
        UNUSUAL_KEYS.forEach(key -> write(key, new byte[1]));
        assertThat(keys(""))
                .containsExactlyElementsOf(UNUSUAL_KEYS.stream().sorted().toList());
    }

    @Test
    void keysThatAreNoRelativePathAreNotWritten() {
        for (String key : REFUSED_KEYS) {
            assertThatThrownBy(() -> store().write(key)).as("write '%s'", key).isInstanceOf(StoreAccessException.class);
        }
    }

    @Test
    void listingAndWritingAfterCloseFail() {
        store().close();
        assertThatThrownBy(() -> store().list("").collectList().block()).isInstanceOf(StoreAccessException.class);
        assertThatThrownBy(() -> store().write("b.bin")).isInstanceOf(StoreAccessException.class);
    }

    private List<String> keys(String prefix) {
        return store().list(prefix).map(ObjectMetadata::key).collectList().block();
    }
}
