package dev.penstock.bench.balance;

import com.sun.management.ThreadMXBean;
import dev.penstock.balance.BalanceCertificate;
import dev.penstock.balance.CostModel;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import java.lang.management.ManagementFactory;
import java.util.BitSet;

/// How one method did on one workload and shape.
///
/// @param ratios of the fullest rank over its lower bound, by batch, computed from the assignment by the certificate
/// @param micros per batch, by round
/// @param allocatedBytes per batch, in the round that allocated least: the JVM may allocate on a thread's behalf
record MethodRun(BalanceMethod method, Measurements ratios, Measurements micros, double allocatedBytes) {

    /// @param rounds timed passes over the batches
    /// @param warmUpMillis untimed passes before them
    static MethodRun measure(BalanceMethod method, BalanceShape shape, int[][] batches, int rounds, long warmUpMillis) {
        RankAssigner assigner = method.assigner();
        RankAssignment assignment = new RankAssignment(shape.ranks());
        double[] ratios = new double[batches.length];
        for (int batch = 0; batch < batches.length; batch++) {
            assigner.assign(batches[batch], shape.samples(), assignment);
            requireEachOnce(method, assignment, shape.samples());
            ratios[batch] = BalanceCertificate.packed(CostModel.tokens(), batches[batch], assignment)
                    .ratio();
        }
        for (long start = System.nanoTime(); System.nanoTime() - start < warmUpMillis * 1_000_000; ) {
            assignAll(assigner, batches, assignment);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] micros = new double[rounds];
        long leastBytes = Long.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            long bytesBefore = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            assignAll(assigner, batches, assignment);
            micros[round] = (System.nanoTime() - start) / 1e3 / batches.length;
            leastBytes = Math.min(leastBytes, threads.getCurrentThreadAllocatedBytes() - bytesBefore);
        }
        return new MethodRun(
                method, Measurements.of(ratios), Measurements.of(micros), (double) leastBytes / batches.length);
    }

    private static void assignAll(RankAssigner assigner, int[][] batches, RankAssignment assignment) {
        for (int[] lengths : batches) {
            assigner.assign(lengths, lengths.length, assignment);
        }
    }

    private static void requireEachOnce(BalanceMethod method, RankAssignment assignment, int samples) {
        BitSet seen = new BitSet(samples);
        for (int i = 0; i < assignment.itemCount(); i++) {
            seen.set(assignment.item(i));
        }
        if (assignment.itemCount() != samples || seen.cardinality() != samples) {
            throw new CorruptDataException(FailureMessage.of("checking an assignment before timing")
                    .with("method", method)
                    .with("expectedItems", samples)
                    .with("foundItems", assignment.itemCount())
                    .with("foundDistinct", seen.cardinality()));
        }
    }
}
