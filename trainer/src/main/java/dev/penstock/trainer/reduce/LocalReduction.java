package dev.penstock.trainer.reduce;

import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.tensor.Parameters;

/// The reduction of a world of one: what autograd adds up is the sum.
final class LocalReduction implements GradientReduction {

    private final Parameters parameters;
    private final LossTotals totals = new LossTotals();

    LocalReduction(Parameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public StepUnit unit() {
        return StepUnit.MICRO_BATCH;
    }

    @Override
    public void begin(int unitCount) {
        parameters.zeroGradients();
        totals.clear();
    }

    @Override
    public void backward(int unit, Loss loss) {
        totals.add(loss);
        loss.sum().backward();
    }

    @Override
    public Reduced finish() {
        return new Reduced(totals.tensor(), 0, 0);
    }

    @Override
    public void close() {}
}
