package dev.penstock.bench.micro;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.plan.RankAssignment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// One global batch divided among ranks by [ExactBalancer], a different one each time.
///
/// Public and open, as JMH extends it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AssignGlobalBatch {

    static final String BATCHES = "batches";

    /// A [BatchesFile].
    @Param("")
    private String batches = "";

    private int[][] lengths = {};
    private int next;
    private RankAssignment assignment = new RankAssignment(1);
    private final ExactBalancer balancer = new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped());

    @Setup
    public void readBatches() {
        BatchesFile file = BatchesFile.read(Path.of(batches));
        lengths = file.lengths();
        assignment = new RankAssignment(file.ranks());
    }

    @Benchmark
    public long assign() {
        next = next + 1 == lengths.length ? 0 : next + 1;
        balancer.assign(lengths[next], lengths[next].length, assignment);
        return assignment.makespan();
    }
}
