package dev.penstock.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TracksTest {

    private static Slice slice(String name, String thread, long start, long end) {
        return new Slice(name, name.startsWith("step") ? "step" : "trainer", thread, start, end, Map.of());
    }

    private static List<Tracks.Track> tracks(Slice... slices) {
        return Tracks.of(new ProcessSlices("rank 0", List.of(slices)));
    }

    private static List<String> names(List<Tracks.Track> tracks) {
        return tracks.stream().map(Tracks.Track::name).toList();
    }

    @Test
    void whatLiesWithinOrApartSharesARow() {
        Slice step = slice("step 0", "main", 0, 10);
        Slice forward = slice("forward", "main", 0, 4);
        Slice backward = slice("backward", "main", 4, 9);

        assertThat(tracks(backward, forward, step))
                .singleElement()
                .satisfies(track -> assertThat(track.slices()).containsExactly(step, forward, backward));
    }

    @Test
    void whatOverlapsHasARowOfItsOwn() {
        Slice one = slice("backward", "main", 0, 6);
        Slice other = slice("reduce", "main", 4, 9);

        assertThat(names(tracks(one, other))).containsExactly("main", "main (2)");
    }

    @Test
    void fetchesShareRowsOnlyWhereTheyAreApart() {
        Slice outer = slice("fetch", "reactor-1", 0, 10);
        Slice inner = slice("fetch", "reactor-2", 2, 5);
        Slice later = slice("fetch", "reactor-2", 5, 8);

        List<Tracks.Track> tracks = tracks(outer, inner, later);

        assertThat(names(tracks)).containsExactly("fetch", "fetch (2)");
        assertThat(tracks.getLast().slices()).containsExactly(inner, later);
    }

    @Test
    void theConsumersThreadComesFirstAndFetchesLast() {
        assertThat(names(tracks(
                        slice("fetch", "a", 0, 1),
                        slice("decode", "penstock-decode-0", 0, 1),
                        slice("step 3", "trainer", 0, 1))))
                .containsExactly("trainer", "penstock-decode-0", "fetch");
    }
}
