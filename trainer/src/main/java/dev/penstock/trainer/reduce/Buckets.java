package dev.penstock.trainer.reduce;

import dev.penstock.trainer.tensor.ParameterLeaf;
import dev.penstock.trainer.tensor.Parameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/// The flat gradient cut into buckets, in the order of their departure; the same on every rank.
///
/// Backward runs from the last parameter to the first, so buckets are cut, and depart, in that order:
///
/// ```
/// gradients | first matrix ............. last matrix | vectors of all layers |
/// departs   |   ...  <-  third  <-  second  <- first |       ... and last    |
/// ```
///
/// The vectors (biases, scales) depart last although they lie behind: each layer has some, so the last of them are
/// final when backward ends, and no bucket departs before those that it follows.
final class Buckets {

    private final List<Bucket> buckets = new ArrayList<>();
    private final NavigableMap<Long, Bucket> byBegin = new TreeMap<>();

    Buckets(Parameters parameters, BucketSizes sizes) {
        List<ParameterLeaf> descending = parameters.leaves().stream()
                .sorted(Comparator.comparingLong(ParameterLeaf::begin).reversed())
                .toList();
        long decayed = parameters.decayedCount();
        cut(parameters.gradients(), begins(descending, 0, decayed), decayed, sizes);
        cut(parameters.gradients(), begins(descending, decayed, parameters.count()), parameters.count(), sizes);
    }

    private static long[] begins(List<ParameterLeaf> descending, long from, long to) {
        return descending.stream()
                .mapToLong(ParameterLeaf::begin)
                .filter(begin -> begin >= from && begin < to)
                .distinct()
                .toArray();
    }

    private void cut(Tensor gradients, long[] descendingBegins, long end, BucketSizes sizes) {
        long next = end;
        for (int i = 0; i < descendingBegins.length; i++) {
            long begin = descendingBegins[i];
            long limit = buckets.isEmpty() ? sizes.firstBytes() : sizes.bytes();
            boolean isLast = i == descendingBegins.length - 1;
            if (isLast || (next - begin) * gradients.element_size() >= limit) {
                Bucket bucket = new Bucket(gradients.narrow(0, begin, next - begin));
                buckets.add(bucket);
                byBegin.put(begin, bucket);
                next = begin;
            }
        }
    }

    List<Bucket> inOrder() {
        return buckets;
    }

    /// The bucket that a leaf adds to.
    Bucket of(ParameterLeaf leaf) {
        return byBegin.floorEntry(leaf.begin()).getValue();
    }
}
