package dev.penstock.cli.profile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/// The rows that a viewer draws one process's slices in: on one row, two slices are apart or one lies within the other.
///
/// A row per thread, and further ones for what a thread does at the same time as something else. Fetches belong to no
/// thread, as they wait for the network: they have rows of their own, on which none lies within another.
final class Tracks {

    private static final String FETCH = "fetch";

    /// By when they begin; what lies within another comes after it.
    private static final Comparator<Slice> OUTER_FIRST = Comparator.comparingLong(Slice::startNanos)
            .thenComparing(Comparator.comparingLong(Slice::endNanos).reversed());

    record Track(String name, List<Slice> slices) {}

    /// A row while it is filled.
    private static final class Row {

        private final List<Slice> slices = new ArrayList<>();

        /// What the next slice may lie in, the innermost first.
        private final Deque<Slice> open = new ArrayDeque<>();

        private boolean takes(Slice slice, BiPredicate<Slice, Slice> mayHold) {
            while (!open.isEmpty() && open.peek().endsBefore(slice)) {
                open.pop();
            }
            if (!open.isEmpty() && !mayHold.test(open.peek(), slice)) {
                return false;
            }
            open.push(slice);
            slices.add(slice);
            return true;
        }
    }

    private Tracks() {}

    /// The consumer's thread first, then the others by name, fetches last.
    static List<Track> of(ProcessSlices process) {
        Map<String, List<Row>> rows = new HashMap<>();
        process.slices().stream()
                .sorted(OUTER_FIRST)
                .forEach(slice -> add(slice, rows.computeIfAbsent(group(slice), _ -> new ArrayList<>())));
        List<Track> tracks = new ArrayList<>();
        rows.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<Row>> group) -> place(group))
                        .thenComparing(Map.Entry::getKey))
                .forEach(group -> {
                    for (int number = 0; number < group.getValue().size(); number++) {
                        String name = number == 0 ? group.getKey() : group.getKey() + " (" + (number + 1) + ")";
                        tracks.add(new Track(name, group.getValue().get(number).slices));
                    }
                });
        return tracks;
    }

    private static String group(Slice slice) {
        return slice.name().equals(FETCH) ? FETCH : slice.thread();
    }

    private static int place(Map.Entry<String, List<Row>> group) {
        if (group.getKey().equals(FETCH)) {
            return 2;
        }
        boolean consumes = group.getValue().getFirst().slices.stream()
                .anyMatch(slice -> slice.category().equals(ProcessSlices.STEP));
        return consumes ? 0 : 1;
    }

    private static void add(Slice slice, List<Row> rows) {
        BiPredicate<Slice, Slice> mayHold =
                slice.name().equals(FETCH) ? (_, _) -> false : (outer, inner) -> outer.contains(inner);
        for (Row row : rows) {
            if (row.takes(slice, mayHold)) {
                return;
            }
        }
        Row another = new Row();
        another.takes(slice, mayHold);
        rows.add(another);
    }
}
