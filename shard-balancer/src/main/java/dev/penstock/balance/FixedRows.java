package dev.penstock.balance;

import java.util.Arrays;
import java.util.TreeMap;

/// Rows of one length, filled by best fit with the longest sample first: at most `11/9 · optimum + 4` rows, as for
/// [MicroBatchPacking].
final class FixedRows {

    private FixedRows() {}

    /// Rows that the samples take; what is longer than a row fills whole ones and shares one for the rest.
    static long count(int[] lengths, int rowTokens) {
        long whole =
                Arrays.stream(lengths).mapToLong(length -> length / rowTokens).sum();
        int[] rests = Arrays.stream(lengths)
                .map(length -> length % rowTokens)
                .filter(rest -> rest > 0)
                .sorted()
                .toArray();
        TreeMap<Integer, Integer> rowsByRoom = new TreeMap<>();
        long shared = 0;
        for (int i = rests.length - 1; i >= 0; i--) {
            Integer room = rowsByRoom.ceilingKey(rests[i]);
            if (room == null) {
                room = rowTokens;
                shared++;
            } else {
                rowsByRoom.computeIfPresent(room, (_, rows) -> rows == 1 ? null : rows - 1);
            }
            if (room > rests[i]) {
                rowsByRoom.merge(room - rests[i], 1, Integer::sum);
            }
        }
        return whole + shared;
    }
}
