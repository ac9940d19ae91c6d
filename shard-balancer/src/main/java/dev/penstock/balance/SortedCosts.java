package dev.penstock.balance;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Arrays;
import java.util.Objects;

/// The costs of one global batch's items, dearest first, and the bounds that follow from them.
///
/// An item's *place* is its position in that order; equal lengths keep the order of the global batch. Reusable: grows
/// to the largest batch seen and allocates nothing afterwards. Confined to one thread.
final class SortedCosts {

    /// Eleven bits sort lengths up to 2048 in one pass, up to 4 Mi in two, and all in three; 8 KiB of counters stay in
    /// the first-level cache.
    private static final int DIGIT_BITS = 11;

    private static final int DIGITS = 1 << DIGIT_BITS;

    private final CostModel model;
    private final int[] counters = new int[DIGITS];
    private int[] items = new int[0];
    private int[] scratch = new int[0];
    private int[] lengths = new int[0];
    private long[] costs = new long[0];
    private int count;

    /// At `p` the sum of the costs of the places before `p`.
    private long[] sums = new long[1];

    SortedCosts(CostModel model) {
        this.model = model;
    }

    /// Replaces the items.
    ///
    /// @throws ConfigurationException when a length is negative, or a cost or the sum of all exceeds 64 bits
    void load(int[] lengths, int count) {
        Objects.checkFromIndexSize(0, count, lengths.length);
        grow(count);
        this.count = count;
        sort(lengths);
        for (int place = 0; place < count; place++) {
            int length = lengths[items[place]];
            long cost = model.cost(length);
            sums[place + 1] = sums[place] + cost;
            if (sums[place + 1] < 0) {
                throw new ConfigurationException(FailureMessage.of("global batch cost")
                        .with("items", count)
                        .with("longest", lengths[items[0]])
                        .with("model", model)
                        .remedy("the sum exceeds 64 bits; divide all coefficients by a common factor"));
            }
            this.lengths[place] = length;
            costs[place] = cost;
        }
    }

    /// Divides all costs by the power of two that it takes for their sum times a factor to fit 64 bits.
    ///
    /// Factors are below 2^16, so the sum keeps 46 bits: nothing that a makespan could show is lost.
    void leaveRoomFor(int factor) {
        int shift = 0;
        while (total() >> shift > Long.MAX_VALUE / factor) {
            shift++;
        }
        if (shift > 0) {
            for (int place = 0; place < count; place++) {
                costs[place] >>= shift;
                sums[place + 1] = sums[place] + costs[place];
            }
        }
    }

    private void grow(int count) {
        if (count > items.length) {
            int capacity = Math.max(count, items.length * 2);
            items = new int[capacity];
            scratch = new int[capacity];
            lengths = new int[capacity];
            costs = new long[capacity];
            sums = new long[capacity + 1];
        }
    }

    /// Radix sort, least significant digit first: stable, so ties keep the order of the items. The complement of each
    /// digit makes the longest come first.
    private void sort(int[] lengths) {
        int longest = 0;
        for (int item = 0; item < count; item++) {
            items[item] = item;
            if (lengths[item] < 0) {
                throw new ConfigurationException(FailureMessage.of("global batch cost")
                        .with("item", item)
                        .with("length", lengths[item])
                        .remedy("lengths must not be negative; check the index or the file of lengths"));
            }
            longest = Math.max(longest, lengths[item]);
        }
        for (int shift = 0; shift < Integer.SIZE && longest >>> shift != 0; shift += DIGIT_BITS) {
            Arrays.fill(counters, 0);
            for (int i = 0; i < count; i++) {
                counters[digit(lengths[i], shift)]++;
            }
            int next = 0;
            for (int digit = 0; digit < DIGITS; digit++) {
                int size = counters[digit];
                counters[digit] = next;
                next += size;
            }
            for (int i = 0; i < count; i++) {
                scratch[counters[digit(lengths[items[i]], shift)]++] = items[i];
            }
            int[] sorted = scratch;
            scratch = items;
            items = sorted;
        }
    }

    private static int digit(int length, int shift) {
        return ~(length >>> shift) & (DIGITS - 1);
    }

    int count() {
        return count;
    }

    /// Index in the global batch of the item at a place.
    int item(int place) {
        return items[place];
    }

    int length(int place) {
        return lengths[place];
    }

    long cost(int place) {
        return costs[place];
    }

    /// Sum of all costs.
    long total() {
        return sums[count];
    }

    /// No assignment brings the fullest rank below the mean load, rounded up because costs are integers.
    long meanBound(int ranks) {
        return Math.ceilDiv(total(), ranks);
    }

    /// Some rank holds the dearest item.
    long largestItemBound() {
        return count == 0 ? 0 : costs[0];
    }

    /// The highest of the bounds that follow from items having to share ranks.
    long sharedRankBound(int ranks) {
        long bound = 0;
        for (int full = 1; full <= (count - 1) / ranks; full++) {
            bound = Math.max(bound, sharedRankBound(ranks, full));
        }
        return bound;
    }

    /// How many items share a rank in the first bound that is as high as [#sharedRankBound].
    ///
    /// @param ranks fewer than there are items
    int sharing(int ranks) {
        long bound = sharedRankBound(ranks);
        int full = 1;
        while (sharedRankBound(ranks, full) < bound) {
            full++;
        }
        return full + 1;
    }

    /// Of the `full · ranks + 1` dearest items `full + 1` share a rank, at best the cheapest of them.
    private long sharedRankBound(int ranks, int full) {
        int last = full * ranks;
        return sums[last + 1] - sums[last - full];
    }

    /// The highest of the three bounds.
    long lowerBound(int ranks) {
        return Math.max(meanBound(ranks), Math.max(largestItemBound(), sharedRankBound(ranks)));
    }
}
