package dev.penstock.trainer.reduce;

import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.tensor.ParameterLeaf;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.PendingSum;
import java.util.ArrayList;
import java.util.List;

/// The reduction that hides the network behind backward (Li et al. 2020, "PyTorch Distributed: Experiences on
/// Accelerating Data Parallel Training").
///
/// ```
/// unit 0..n-2   forward, backward                          gradients add up here, nothing departs
/// unit n-1      forward, totals depart, backward
///                  hook of a leaf: its gradient is final; a bucket whose leaves are all final departs
/// finish        what has not departed does; wait for all
/// ```
///
/// A bucket is a slice of the flat gradient and is summed in place: no gradient is copied, which is why this is not
/// c10d's Reducer, whose buckets are tensors of their own. Buckets depart in one order on every rank, so ranks match
/// whatever units they have: one without any, or whose last one has no target, or with a parameter that took no part,
/// sends the rest at [#finish()].
///
/// The bits of a sum depend on how the gradient is cut, and on nothing that varies from run to run.
public final class OverlappedReduction implements GradientReduction {

    private final Parameters parameters;
    private final Collective ranks;
    private final LossTotals totals = new LossTotals();
    private final Buckets buckets;
    private final List<LeafHook> hooks = new ArrayList<>();
    private final List<PendingSum> inFlight = new ArrayList<>();
    private int unitCount;
    private boolean isDeparting;
    private int departedBuckets;
    private long departureNanos;

    public OverlappedReduction(Parameters parameters, Collective ranks, BucketSizes sizes) {
        this.parameters = parameters;
        this.ranks = ranks;
        this.buckets = new Buckets(parameters, sizes);
        for (ParameterLeaf leaf : parameters.leaves()) {
            Bucket bucket = buckets.of(leaf);
            bucket.expect();
            hooks.add(new LeafHook(leaf.tensor(), () -> arrived(bucket)));
        }
    }

    @Override
    public StepUnit unit() {
        return StepUnit.MICRO_BATCH;
    }

    @Override
    public void begin(int unitCount) {
        this.unitCount = unitCount;
        isDeparting = false;
        departedBuckets = 0;
        inFlight.clear();
        parameters.zeroGradients();
        totals.clear();
    }

    @Override
    public void backward(int unit, Loss loss) {
        totals.add(loss);
        if (unit == unitCount - 1) {
            depart();
        }
        loss.sum().backward();
    }

    private void depart() {
        isDeparting = true;
        buckets.inOrder().forEach(Bucket::begin);
        departureNanos = System.nanoTime();
        inFlight.add(ranks.startSum(totals.tensor()));
    }

    private void arrived(Bucket bucket) {
        if (isDeparting) {
            bucket.arrive();
            while (departedBuckets < buckets.inOrder().size()
                    && buckets.inOrder().get(departedBuckets).isFinal()) {
                departNext();
            }
        }
    }

    private void departNext() {
        inFlight.add(ranks.startSum(buckets.inOrder().get(departedBuckets).gradients()));
        departedBuckets++;
    }

    @Override
    public Reduced finish() {
        long computed = System.nanoTime();
        if (!isDeparting) {
            depart();
        }
        while (departedBuckets < buckets.inOrder().size()) {
            departNext();
        }
        inFlight.forEach(PendingSum::await);
        inFlight.clear();
        long back = System.nanoTime();
        return new Reduced(totals.tensor(), back - departureNanos, back - computed);
    }

    @Override
    public void close() {
        hooks.forEach(LeafHook::remove);
        hooks.clear();
    }
}
