package dev.penstock.balance;

import java.util.Arrays;

/// What shape the samples of one rank's share are brought into, and how much of that is padding.
///
/// None of these moves a sample to another step or rank, so none costs randomness; they differ in what is computed for
/// nothing. Pure functions of the lengths.
public enum Packing {
    /// End to end with offsets (`cu_seqlens`): nothing is padded.
    PACKED {
        @Override
        public long elements(int[] lengths, int maxTokens) {
            return Arrays.stream(lengths).asLongStream().sum();
        }
    },
    /// Rows as long as the longest of their micro-batch. Samples are sorted by length within the share, and a
    /// micro-batch ends where one more row would pass the cap.
    PADDED {
        @Override
        public long elements(int[] lengths, int maxTokens) {
            int[] ascending = lengths.clone();
            Arrays.sort(ascending);
            long elements = 0;
            for (int end = ascending.length; end > 0; ) {
                int longest = ascending[end - 1];
                int rows = Math.clamp(longest == 0 ? end : maxTokens / longest, 1, end);
                elements += (long) rows * longest;
                end -= rows;
            }
            return elements;
        }
    },
    /// Rows of one length, the cap, filled by best fit with the longest first. A sample longer than a row fills rows of
    /// its own and goes on in a shared one: nothing is truncated.
    FIXED_ROWS {
        @Override
        public long elements(int[] lengths, int maxTokens) {
            return FixedRows.count(lengths, maxTokens) * maxTokens;
        }
    },
    /// Rows as long as the next power of two, or the cap where that is less: few different shapes, for models that are
    /// compiled for each.
    LENGTH_BUCKETS {
        @Override
        public long elements(int[] lengths, int maxTokens) {
            return Arrays.stream(lengths)
                    .mapToLong(length -> length <= 1
                            ? length
                            : Math.max(length, Math.min(maxTokens, Long.highestOneBit(length - 1L) << 1)))
                    .sum();
        }
    };

    /// Elements that are computed for a rank's share, padding included.
    ///
    /// @param maxTokens cap of a micro-batch or row, at least 1
    public abstract long elements(int[] lengths, int maxTokens);
}
