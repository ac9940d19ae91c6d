package dev.penstock.order;

/// Search in compressed rows: row `i` holds the positions `[first[i], first[i + 1])`.
final class Rows {

    private Rows() {}

    /// The one row of `[from, to)` that holds `position`; empty rows are passed over.
    static int rowOf(long[] first, int from, int to, long position) {
        int low = from;
        int high = to;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (first[middle] <= position) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
