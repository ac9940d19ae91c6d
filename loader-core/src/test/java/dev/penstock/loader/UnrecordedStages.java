package dev.penstock.loader;

import com.sun.management.ThreadMXBean;
import dev.penstock.plan.BatchPlan;
import java.lang.management.ManagementFactory;

/// A process without a recording, which prints what its stages allocate for their events; compiled without escape
/// analysis, so that an object that is made shows.
final class UnrecordedStages {

    static final int BATCHES = 10_000;

    /// The JVM itself allocates on a thread now and then, but not in every round.
    private static final int ROUNDS = 5;

    private UnrecordedStages() {}

    public static void main(String[] arguments) {
        BatchPlan plan = new BatchPlan();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int batch = 0; batch < BATCHES; batch++) {
                emit(plan);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println(least);
    }

    private static void emit(BatchPlan plan) {
        if (WaitEvent.begun() != null || DecodeEvent.begun(plan) != null) {
            throw new AssertionError("an event was made without a recording");
        }
    }
}
