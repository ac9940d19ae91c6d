package dev.penstock.cli.top;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A column of the table of clients.
enum Column {
    JOB("JOB", 20, Side.LEFT, 0),
    DATASET("DATASET", 12, Side.LEFT, 8),
    RANK("RANK", 4, Side.RIGHT, 3),
    STEP("STEP", 9, Side.RIGHT, 4),
    OF("OF", 9, Side.RIGHT, 9),
    SAMPLES("SAMPLES/S", 10, Side.RIGHT, 2),
    BYTES("MB/S", 8, Side.RIGHT, 5),
    LAG("LAG", 5, Side.RIGHT, 7),
    HELD("HELD", 5, Side.RIGHT, 6),
    FREE("FREE SLOTS", 10, Side.RIGHT, 10),
    FED("FED", 7, Side.RIGHT, 1),
    WAITS("WAITS FOR", 9, Side.LEFT, 0);

    private enum Side {
        LEFT,
        RIGHT
    }

    private static final String BETWEEN = "  ";

    private final String title;
    private final int width;
    private final Side side;

    /// Where there is no room, the column with the highest goes first; those with 0 stay.
    private final int dispensable;

    Column(String title, int width, Side side, int dispensable) {
        this.title = title;
        this.width = width;
        this.side = side;
        this.dispensable = dispensable;
    }

    /// The columns there is room for.
    static List<Column> within(int columns) {
        List<Column> shown = new ArrayList<>(Arrays.asList(values()));
        shown.sort(Comparator.comparingInt(column -> column.dispensable));
        while (width(shown) > columns && shown.getLast().dispensable > 0) {
            shown.removeLast();
        }
        shown.sort(Comparator.naturalOrder());
        return shown;
    }

    private static int width(List<Column> shown) {
        return shown.stream()
                        .mapToInt(column -> column.width + BETWEEN.length())
                        .sum()
                - BETWEEN.length();
    }

    static String titles(List<Column> shown) {
        return row(shown, column -> column.title);
    }

    static String row(List<Column> shown, Function<Column, String> cells) {
        return shown.stream().map(column -> column.fitted(cells.apply(column))).collect(Collectors.joining(BETWEEN));
    }

    private String fitted(String text) {
        int missing = side == Side.RIGHT ? Math.max(0, width - text.length()) : 0;
        return Shown.in(width, " ".repeat(missing) + text);
    }
}
