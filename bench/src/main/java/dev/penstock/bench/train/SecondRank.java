package dev.penstock.bench.train;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;

/// One repetition: the same global batches on one rank and on two, and where the second rank's gain went.
record SecondRank(MeasuredRun one, MeasuredRun two) {

    /// The same samples, summed in another order.
    private static final double SAME_LOSS = 1e-3;

    /// What keeps two ranks from being twice as fast as one.
    enum Bound {
        /// Beside another rank the same work takes longer: memory bandwidth, caches, and cores that are not its own.
        SHARED_CORES("cores and memory bandwidth, which two ranks share"),
        /// Nothing left to compute while the gradient is summed, or the other rank is not there yet.
        REDUCTION("the reduction that backward does not hide, with the wait for the slower rank"),
        /// The optimiser, which every rank runs over all parameters.
        UPDATE("the optimiser, which every rank repeats"),
        /// Batches that were not ready.
        LOADING("waiting for batches");

        private final String words;

        Bound(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /// Fails unless both runs trained on as many samples and came to the same losses.
    SecondRank {
        if (one.samples() != two.samples()
                || Math.abs(one.lossFirst() - two.lossFirst()) > SAME_LOSS
                || Math.abs(one.lossLast() - two.lossLast()) > SAME_LOSS) {
            throw new CorruptDataException(FailureMessage.of("comparing two ranks with one")
                    .with("samples", one.samples() + " and " + two.samples())
                    .with("lossFirst", one.lossFirst() + " and " + two.lossFirst())
                    .with("lossLast", one.lossLast() + " and " + two.lossLast()));
        }
    }

    double speedUp() {
        return one.stepMillis() / two.stepMillis();
    }

    /// Milliseconds of a step on two ranks beyond half of what it takes on one.
    Map<Bound, Double> lostMillis() {
        Map<Bound, Double> lost = new EnumMap<>(Bound.class);
        lost.put(Bound.SHARED_CORES, two.computeMillis() - one.computeMillis() / 2);
        lost.put(Bound.REDUCTION, two.phaseMillis("reduce") - one.phaseMillis("reduce") / 2);
        lost.put(Bound.UPDATE, two.phaseMillis("update") - one.phaseMillis("update") / 2);
        lost.put(Bound.LOADING, two.phaseMillis("wait") - one.phaseMillis("wait") / 2);
        return lost;
    }

    Bound bound() {
        return lostMillis().entrySet().stream()
                .max(Comparator.comparingDouble(Map.Entry::getValue))
                .orElseThrow()
                .getKey();
    }
}
