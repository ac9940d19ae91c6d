package dev.penstock.balance;

import dev.penstock.batch.Layout;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;

/// Rows of one length that samples share, filled by best fit with the longest sample first: at most
/// `11/9 · optimum + 4` rows, as for [MicroBatchPacking].
///
/// A sample longer than a row begins rows of its own and shares the last of them. The items of a micro-batch are listed
/// row by row, each row with the sample first that opened it: no such sample fits into the row before, so whoever lays
/// them out by next fit finds the same rows.
final class SharedRowPacking implements SharePacking {

    private final Layout.Fixed layout;
    private final long maxRows;
    private int[] room = new int[16];
    private int[] height = new int[16];
    private int[] endOfRow = new int[16];
    private int[] rowOf = new int[0];
    private int[] items = new int[0];
    private int rows;

    SharedRowPacking(MicroBatchPolicy policy, Layout.Fixed layout) {
        this.layout = layout;
        this.maxRows = policy.maxTokens() / layout.rowElements();
    }

    @Override
    public void pack(SortedCosts costs, RankShares shares, MicroBatchList into) {
        into.begin();
        for (int rank = 0; rank < shares.ranks(); rank++) {
            int from = shares.start(rank);
            int count = shares.start(rank + 1) - from;
            fillRows(costs, shares, from, count);
            listByRow(costs, shares, from, count);
            long inMicroBatch = 0;
            int item = 0;
            for (int row = 0; row < rows; row++) {
                if (row > 0 && inMicroBatch + height[row] > maxRows) {
                    into.endMicroBatch();
                    inMicroBatch = 0;
                }
                inMicroBatch += height[row];
                while (item < endOfRow[row]) {
                    into.append(items[item++]);
                }
            }
            if (rows > 0) {
                into.endMicroBatch();
            }
            into.endRank();
        }
    }

    private void fillRows(SortedCosts costs, RankShares shares, int from, int count) {
        if (count > rowOf.length) {
            rowOf = new int[Math.max(count, rowOf.length * 2)];
            items = new int[rowOf.length];
        }
        rows = 0;
        for (int i = 0; i < count; i++) {
            int length = costs.length(shares.place(from + i));
            int best = rows;
            for (int open = 0; open < rows; open++) {
                if (room[open] >= length && (best == rows || room[open] < room[best])) {
                    best = open;
                }
            }
            if (best == rows) {
                open(length);
            }
            room[best] -= length;
            rowOf[i] = best;
        }
    }

    /// Opens a row, or the rows that a longer sample takes, of which all but the last are full.
    private void open(int length) {
        int begun = layout.rowsOf(length);
        if (begun > maxRows) {
            throw new ConfigurationException(FailureMessage.of("micro-batch packing")
                    .with("layout", layout)
                    .with("length", length)
                    .with("rows", begun)
                    .with("maxRows", maxRows)
                    .remedy("raise --max-tokens to at least " + (long) begun * layout.rowElements()
                            + ", so that a split sample stays in one micro-batch"));
        }
        if (rows == room.length) {
            room = Arrays.copyOf(room, rows * 2);
            height = Arrays.copyOf(height, rows * 2);
            endOfRow = Arrays.copyOf(endOfRow, rows * 2);
        }
        height[rows] = begun;
        room[rows++] = (int) Math.min(Integer.MAX_VALUE, (long) begun * layout.rowElements());
    }

    /// Afterwards the items of a row end at `endOfRow[row]`, in the order in which they came to it.
    private void listByRow(SortedCosts costs, RankShares shares, int from, int count) {
        Arrays.fill(endOfRow, 0, rows, 0);
        for (int i = 0; i < count; i++) {
            endOfRow[rowOf[i]]++;
        }
        int start = 0;
        for (int row = 0; row < rows; row++) {
            int size = endOfRow[row];
            endOfRow[row] = start;
            start += size;
        }
        for (int i = 0; i < count; i++) {
            items[endOfRow[rowOf[i]]++] = costs.item(shares.place(from + i));
        }
    }
}
