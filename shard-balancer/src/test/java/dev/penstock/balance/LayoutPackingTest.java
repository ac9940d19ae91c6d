package dev.penstock.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.error.ConfigurationException;
import dev.penstock.plan.RankAssigner;
import dev.penstock.plan.RankAssignment;
import dev.penstock.plan.SamplePlacement;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Micro-batches as each layout wants them, under both assigners.
class LayoutPackingTest {

    private static final CostModel TOKENS = CostModel.tokens();
    private static final int[] LENGTHS = {9, 3, 5, 2, 0, 1};

    private static final List<Layout> LAYOUTS = List.of(
            new Layout.Packed(),
            new Layout.Padded(),
            new Layout.Fixed(20, LongerThanRow.SPLIT),
            new Layout.Fixed(60, LongerThanRow.REFUSE),
            new Layout.Buckets(List.of(8, 16, 60)));

    private static MicroBatchPolicy policy(long maxTokens, Layout layout) {
        return MicroBatchPolicy.upTo(maxTokens).withLayout(layout);
    }

    private static RankAssignment assigned(RankAssigner assigner, int ranks, int... lengths) {
        RankAssignment assignment = new RankAssignment(ranks);
        assigner.assign(lengths, lengths.length, assignment);
        return assignment;
    }

    private static String exact(long maxTokens, Layout layout, int... lengths) {
        return Assignments.print(assigned(new ExactBalancer(TOKENS, policy(maxTokens, layout)), 1, lengths));
    }

    private static long elements(long maxTokens, Layout layout, int... lengths) {
        MicroBatchPolicy policy = policy(maxTokens, layout);
        PaddingCount padding = new PaddingCount(policy.layout());
        padding.add(lengths, assigned(new ExactBalancer(TOKENS, policy), 1, lengths));
        return padding.elements();
    }

    @Test
    void longestSampleIsRefusedBeforeTheFirstStepWhereItCannotBeLaidOut() {
        Layout buckets = new Layout.Buckets(List.of(8, 64));
        Layout refusing = new Layout.Fixed(64, LongerThanRow.REFUSE);
        Layout splitting = new Layout.Fixed(64, LongerThanRow.SPLIT);
        MicroBatchPolicy capped = MicroBatchPolicy.upTo(64);
        for (MicroBatchPolicy policy : List.of(
                capped,
                MicroBatchPolicy.uncapped().withLayout(buckets),
                MicroBatchPolicy.uncapped().withLayout(refusing))) {
            for (RankAssigner assigner : List.of(
                    new ExactBalancer(CostModel.tokens(), policy),
                    new UnbalancedAssigner(CostModel.tokens(), policy))) {
                assigner.requireFits(64, 3);
                assertThatThrownBy(() -> assigner.requireFits(65, 3))
                        .as("%s", policy)
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("65");
            }
        }
        new ExactBalancer(CostModel.tokens(), MicroBatchPolicy.uncapped().withLayout(splitting)).requireFits(65, 3);
    }

    @Test
    void paddedMicroBatchesAreSortedAndEndWhereOneMoreRowWouldPassTheCap() {
        assertThat(exact(10, new Layout.Padded(), LENGTHS)).isEqualTo("0 | 2 1 | 3 5 4");
        assertThat(elements(10, new Layout.Padded(), LENGTHS)).isEqualTo(9 + 2 * 5 + 3 * 2);
        assertThat(elements(Long.MAX_VALUE, new Layout.Padded(), LENGTHS)).isEqualTo(6 * 9);
        assertThat(exact(10, new Layout.Padded(), 0, 0)).isEqualTo("0 1");
    }

    @Test
    void fixedRowsAreListedRowByRowAndCutNothing() {
        Layout rows = new Layout.Fixed(10, LongerThanRow.SPLIT);
        assertThat(exact(10, rows, LENGTHS)).isEqualTo("0 5 4 | 2 1 3");
        assertThat(exact(20, rows, LENGTHS)).isEqualTo("0 5 4 2 1 3");
        assertThat(exact(30, rows, 6, 25, 5)).isEqualTo("1 2 | 0");
        assertThat(elements(Long.MAX_VALUE, rows, 25, 5)).isEqualTo(3 * 10);
    }

    @Test
    void bucketsHaveTheSameShapesWhateverTheSamples() {
        Layout buckets = new Layout.Buckets(List.of(2, 5, 10), 10);
        assertThat(exact(10, buckets, LENGTHS)).isEqualTo("0 | 2 1 | 3 5 4");
        assertThat(elements(10, buckets, LENGTHS)).isEqualTo(3 * 10);
        assertThat(elements(Long.MAX_VALUE, buckets, 1)).isEqualTo(10);
    }

    @Test
    void everyLayoutKeepsEverySampleOnceUnderTheCap() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 300; round++) {
            int[] lengths = Workload.uniform(random, random.nextInt(30), 60);
            int ranks = random.nextInt(1, 6);
            for (Layout layout : LAYOUTS) {
                MicroBatchPolicy policy = policy(random.nextInt(60, 200), layout);
                for (RankAssigner assigner :
                        List.of(new ExactBalancer(TOKENS, policy), new UnbalancedAssigner(TOKENS, policy))) {
                    String context = policy + ", round " + round;
                    RankAssignment assignment = assigned(assigner, ranks, lengths);
                    Assignments.assertPartition(assignment, lengths.length, context);
                    assertUnderCap(assignment, lengths, policy, context);
                }
            }
        }
    }

    private static void assertUnderCap(
            RankAssignment assignment, int[] lengths, MicroBatchPolicy policy, String context) {
        SamplePlacement placement = new SamplePlacement();
        for (int m = 0; m < assignment.firstMicroBatch(assignment.ranks()); m++) {
            int from = assignment.firstItem(m);
            int[] inside = new int[assignment.firstItem(m + 1) - from];
            for (int i = 0; i < inside.length; i++) {
                inside[i] = lengths[assignment.item(from + i)];
            }
            placement.place(policy.layout(), inside, inside, new int[] {0, inside.length}, 1);
            assertThat(placement.elements())
                    .as(context)
                    .isBetween((long) Arrays.stream(inside).sum(), policy.maxTokens());
        }
    }

    @Test
    void withoutBalanceRanksKeepTheirRunsInEveryLayout() {
        for (Layout layout : LAYOUTS) {
            for (int count = 0; count < 25; count++) {
                for (int ranks = 1; ranks < 9; ranks++) {
                    RankAssignment assignment =
                            assigned(new UnbalancedAssigner(TOKENS, policy(60, layout)), ranks, new int[count]);
                    for (int i = 0, rank = 0; i < count; i++) {
                        while (i >= assignment.firstItem(assignment.firstMicroBatch(rank + 1))) {
                            rank++;
                        }
                        assertThat(assignment.item(i))
                                .as("%s, %d over %d", layout, count, ranks)
                                .isBetween(rank * count / ranks, (rank + 1) * count / ranks - 1);
                    }
                }
            }
        }
    }

    @Test
    void fixedRowsAreThoseOfBestFit() {
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 300; round++) {
            int row = random.nextInt(10, 80);
            int[] lengths = Workload.uniform(random, random.nextInt(1, 60), 120);
            assertThat(elements(Long.MAX_VALUE, new Layout.Fixed(row, LongerThanRow.SPLIT), lengths))
                    .as("round %d", round)
                    .isEqualTo(bestFitRows(lengths, row) * row);
        }
    }

    /// Counts rows by their room alone; the rest of a split sample shares a row from the start.
    private static long bestFitRows(int[] lengths, int row) {
        TreeMap<Integer, Integer> rowsByRoom = new TreeMap<>();
        long rows = 0;
        int[] ascending =
                Arrays.stream(lengths).filter(length -> length > 0).sorted().toArray();
        for (int i = ascending.length - 1; i >= 0; i--) {
            Integer room = rowsByRoom.ceilingKey(ascending[i]);
            if (room == null) {
                int begun = Math.ceilDiv(ascending[i], row);
                rows += begun;
                room = begun * row;
            } else {
                rowsByRoom.computeIfPresent(room, (_, count) -> count == 1 ? null : count - 1);
            }
            rowsByRoom.merge(room - ascending[i], 1, Integer::sum);
        }
        return rows;
    }

    @Test
    void equalCountsHoldInEveryLayout() {
        int[] lengths = {60, 40, 3, 3, 2, 1, 1, 1, 0, 50};
        for (Layout layout : LAYOUTS) {
            MicroBatchPolicy equal = policy(60, layout).withCounts(MicroBatchCounts.EQUAL);
            for (int ranks : new int[] {1, 3, 12}) {
                RankAssignment assignment = assigned(new ExactBalancer(TOKENS, equal), ranks, lengths);
                for (int rank = 1; rank < ranks; rank++) {
                    assertThat(assignment.microBatchCount(rank))
                            .as("%s on %d ranks", layout, ranks)
                            .isEqualTo(assignment.microBatchCount(0));
                }
            }
        }
    }

    @Test
    void steadyStateAllocatesNothingInAnyLayout() {
        for (Layout layout : List.of(
                new Layout.Padded(),
                new Layout.Fixed(65_536, LongerThanRow.SPLIT),
                new Layout.Buckets(List.of(1024, 65_536)))) {
            ExactBalancer balancer = new ExactBalancer(TOKENS, policy(65_536, layout));
            assertThat(Workload.allocatedBytes(balancer, new RankAssignment(16), new SplittableRandom(5)))
                    .as("%s", layout)
                    .isZero();
        }
    }

    @Test
    void sampleThatNoRowTakesIsRefused() {
        assertThatThrownBy(() -> exact(100, new Layout.Fixed(10, LongerThanRow.REFUSE), 3, 11))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("laying out a sample failed: layout=fixed=10,refuse, elements=11;"
                        + " use longer rows, or fixed=10 to split long samples over rows");
        assertThatThrownBy(() -> exact(100, new Layout.Buckets(List.of(4, 10)), 11))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("layout=bucket=4,10, elements=11; add a bucket");
        assertThatThrownBy(() -> exact(25, new Layout.Fixed(10, LongerThanRow.SPLIT), 22))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("rows=3, maxRows=2; raise --max-tokens to at least 30");
    }

    @Test
    void rowThatNoMicroBatchTakesIsRefusedBeforeAnythingIsAssigned() {
        assertThatThrownBy(() -> policy(9, new Layout.Fixed(10, LongerThanRow.SPLIT)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("raise --max-tokens to 10");
        assertThatThrownBy(() -> policy(9, new Layout.Buckets(List.of(10))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("raise --max-tokens to 10");
    }
}
