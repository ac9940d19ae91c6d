package dev.penstock.batch;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How the samples of a micro-batch lie beside each other; `toString()` is the text that [#parse] reads.
///
/// | layout | a micro-batch is | padding |
/// |---|---|---|
/// | [Packed] | one row: its samples end to end | none |
/// | [Padded] | one row per sample, as long as the longest | behind each sample |
/// | [Fixed] | rows of one length that samples share | at the end of each row |
/// | [Buckets] | one row per sample, in one of a few shapes | behind each sample, and whole rows |
///
/// A layout moves no sample to another rank or step and cuts no element off. It applies to every field by the field's
/// own number of elements. Which samples share a micro-batch, and in what order, the assigner decides: it has to know
/// the layout too.
public sealed interface Layout {

    /// Reads `packed`, `padded`, `fixed=N`, `fixed=N,refuse` or `bucket=B1,B2,...`.
    static Layout parse(String text) {
        if (text.startsWith(Fixed.PREFIX)) {
            return Fixed.parse(text);
        }
        if (text.startsWith(Buckets.PREFIX)) {
            return Buckets.parse(text);
        }
        return switch (text) {
            case "packed" -> new Packed();
            case "padded" -> new Padded();
            default ->
                throw refused(text, "use packed, padded, fixed=N or bucket=B1,B2,..., as in bucket=256,1024", null);
        };
    }

    private static ConfigurationException refused(String text, String remedy, @Nullable Throwable cause) {
        return new ConfigurationException(
                FailureMessage.of("layout option").with("value", text).remedy(remedy), cause);
    }

    private static int length(String text, String number) {
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException notANumber) {
            throw refused(text, "a row length is a whole number from 1 to " + Integer.MAX_VALUE, notANumber);
        }
    }

    /// The same under a cap of elements per micro-batch.
    ///
    /// @param maxElements `Long.MAX_VALUE` for no cap
    default Layout under(long maxElements) {
        return switch (this) {
            case Packed _, Padded _ -> this;
            case Fixed fixed -> fixed.requireUnder(maxElements);
            case Buckets buckets -> maxElements == Long.MAX_VALUE ? this : new Buckets(buckets.lengths(), maxElements);
        };
    }

    /// End to end, with offsets (`cu_seqlens`).
    record Packed() implements Layout {
        @Override
        public String toString() {
            return "packed";
        }
    }

    /// `[samples, longest of the micro-batch]`.
    record Padded() implements Layout {
        @Override
        public String toString() {
            return "padded";
        }
    }

    /// `[rows, rowElements]`: samples share rows, and segments say where one ends, so that attention crosses none.
    ///
    /// A row begins where the next sample does not fit into what the row before has left.
    ///
    /// @param rowElements length of every row, at least 1
    /// @param longer what becomes of a sample that is longer than a row
    record Fixed(int rowElements, LongerThanRow longer) implements Layout {

        private static final String PREFIX = "fixed=";
        private static final String REFUSE = ",refuse";

        public Fixed {
            if (rowElements < 1) {
                throw refused(PREFIX + rowElements, "a row has at least 1 element", null);
            }
        }

        private static Fixed parse(String text) {
            boolean refuses = text.endsWith(REFUSE);
            String number = text.substring(PREFIX.length(), text.length() - (refuses ? REFUSE.length() : 0));
            return new Fixed(length(text, number), refuses ? LongerThanRow.REFUSE : LongerThanRow.SPLIT);
        }

        private Fixed requireUnder(long maxElements) {
            if (rowElements > maxElements) {
                throw refused(
                        toString(), "a row must fit into a micro-batch: raise --max-tokens to " + rowElements, null);
            }
            return this;
        }

        /// Rows that a sample begins: several when it is split.
        public int rowsOf(int elements) {
            if (elements > rowElements && longer == LongerThanRow.REFUSE) {
                throw new ConfigurationException(FailureMessage.of("laying out a sample")
                        .with("layout", this)
                        .with("elements", elements)
                        .remedy("use longer rows, or " + PREFIX + rowElements + " to split long samples over rows"));
            }
            return Math.max(1, Math.ceilDiv(elements, rowElements));
        }

        @Override
        public String toString() {
            return PREFIX + rowElements + (longer == LongerThanRow.REFUSE ? REFUSE : "");
        }
    }

    /// `[elements / B, B]` for the shortest bucket B that the longest sample of the micro-batch fits: as many shapes as
    /// there are buckets, whatever the samples. Rows that are left over hold padding alone.
    ///
    /// @param lengths of the rows, ascending
    /// @param elements of a micro-batch at most; at least the longest bucket
    record Buckets(List<Integer> lengths, long elements) implements Layout {

        private static final String PREFIX = "bucket=";

        public Buckets {
            lengths = List.copyOf(lengths);
            int previous = 0;
            for (int length : lengths) {
                if (length <= previous) {
                    throw refused(text(lengths), "name bucket lengths from 1 on, in ascending order", null);
                }
                previous = length;
            }
            if (elements < previous) {
                throw refused(
                        text(lengths),
                        "the longest bucket must fit into a micro-batch: raise --max-tokens to " + previous,
                        null);
            }
        }

        /// Buckets whose longest has one row.
        public Buckets(List<Integer> lengths) {
            this(lengths, lengths.getLast());
        }

        private static Buckets parse(String text) {
            List<Integer> lengths = new ArrayList<>();
            for (String number : text.substring(PREFIX.length()).split(",", -1)) {
                lengths.add(length(text, number));
            }
            return new Buckets(lengths);
        }

        private static String text(List<Integer> lengths) {
            return lengths.stream().map(String::valueOf).collect(Collectors.joining(",", PREFIX, ""));
        }

        /// Row length of a micro-batch whose longest sample has so many elements.
        public int rowElements(int longest) {
            for (int i = 0; i < lengths.size(); i++) {
                if (longest <= lengths.get(i)) {
                    return lengths.get(i);
                }
            }
            throw new ConfigurationException(FailureMessage.of("laying out a sample")
                    .with("layout", this)
                    .with("elements", longest)
                    .remedy("add a bucket that the longest sample fits, or index with --max-length "
                            + lengths.getLast()));
        }

        /// Rows of every micro-batch of that bucket.
        public int rows(int rowElements) {
            return (int) Math.min(Integer.MAX_VALUE, elements / rowElements);
        }

        @Override
        public String toString() {
            return text(lengths);
        }
    }
}
