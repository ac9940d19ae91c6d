package dev.penstock.storage.s3;

import java.util.OptionalInt;

/// How large the parts of an upload are: 8 MiB at first, twice as much after every thousand, at most 64 MiB.
///
/// S3 takes 10,000 parts, so the longest object has 492 GiB; its four buffers have 256 MiB.
final class PartSizes {

    private static final int FIRST_BYTES = 8 << 20;
    private static final int PARTS_OF_ONE_SIZE = 1000;
    private static final int MOST_DOUBLINGS = 3;
    private static final int MOST_PARTS = 10_000;

    private PartSizes() {}

    /// The size of a part, counted from 1; empty beyond the last that S3 takes.
    static OptionalInt bytes(int number) {
        int doublings = Math.min((number - 1) / PARTS_OF_ONE_SIZE, MOST_DOUBLINGS);
        return number > MOST_PARTS ? OptionalInt.empty() : OptionalInt.of(FIRST_BYTES << doublings);
    }
}
