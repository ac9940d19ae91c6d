package dev.penstock.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.store.ObjectMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class Utf16OrderTest {

    /// One character of every kind that sorts differently, and neighbours on both sides.
    private static final List<String> CHARACTERS =
            List.of("a", "b", "/", "\uD7FF", "\uE000", "\uFF21", "\uFFFD", "\uD800\uDC00", "\uD83D\uDE00");

    @Test
    void anyListingInOrderOfUtf8BecomesOneInOrderOfUtf16() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<String> keys = randomKeys(random).stream()
                    .sorted((left, right) -> Arrays.compareUnsigned(left.getBytes(UTF_8), right.getBytes(UTF_8)))
                    .toList();
            assertThat(reordered(keys))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(keys.stream().sorted().toList());
        }
    }

    @Test
    void keysThatNothingCanOvertakePassAtOnce() {
        Utf16Order order = new Utf16Order();
        assertThat(order.next(object("a"))).hasSize(1);
        assertThat(order.next(object("b\uE000"))).isEmpty();
        assertThat(order.next(object("b\uD800\uDC00"))).isEmpty();
        assertThat(order.next(object("c")).stream().map(ObjectMetadata::key))
                .containsExactly("b\uD800\uDC00", "b\uE000", "c");
        assertThat(order.rest()).isEmpty();
    }

    @Test
    void aListingOutOfOrderOrWithAKeyTwiceIsRefused() {
        for (String second : List.of("b", "a", "B")) {
            Utf16Order order = new Utf16Order();
            order.next(object("b"));
            assertThatThrownBy(() -> order.next(object(second)))
                    .as(second)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'" + second + "'");
        }
    }

    private static List<String> reordered(List<String> keys) {
        Utf16Order order = new Utf16Order();
        List<ObjectMetadata> objects = new ArrayList<>();
        keys.forEach(key -> objects.addAll(order.next(object(key))));
        objects.addAll(order.rest());
        return objects.stream().map(ObjectMetadata::key).toList();
    }

    private static TreeSet<String> randomKeys(Random random) {
        TreeSet<String> keys = new TreeSet<>();
        for (int i = 0; i < 40; i++) {
            keys.add("k"
                    + random.ints(random.nextInt(4), 0, CHARACTERS.size())
                            .mapToObj(CHARACTERS::get)
                            .collect(Collectors.joining()));
        }
        return keys;
    }

    private static ObjectMetadata object(String key) {
        return new ObjectMetadata(key, 0, "");
    }
}
