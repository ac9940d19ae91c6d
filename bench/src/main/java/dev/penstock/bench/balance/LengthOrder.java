package dev.penstock.bench.balance;

import java.util.Arrays;

/// The items of a batch from the longest to the shortest; of equal ones the earlier first.
final class LengthOrder {

    private LengthOrder() {}

    static int[] longestFirst(int[] lengths, int count) {
        long[] keys = new long[count];
        for (int item = 0; item < count; item++) {
            keys[item] = ((long) (Integer.MAX_VALUE - lengths[item]) << Integer.SIZE) | item;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }
}
