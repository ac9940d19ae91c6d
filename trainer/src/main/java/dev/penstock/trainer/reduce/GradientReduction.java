package dev.penstock.trainer.reduce;

import dev.penstock.trainer.model.Loss;
import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;

/// How the gradients of the units and ranks of a step become one sum.
///
/// A step is [#begin(int)], then [#backward(int, Loss)] for each unit of this rank that has a loss, then [#finish()].
/// Every rank takes the same steps, however many units it has, and ends each with the same bits as all others.
///
/// The overlapped one reads nothing on the host: losses and counts stay tensors.
///
/// Ownership: while it is open, one reduction has the gradients of its parameters to itself.
/// Threading: confined to the thread that trains.
public interface GradientReduction extends AutoCloseable {

    /// The one for speed: buckets of the gradient are summed over the ranks while the last backward still runs. The
    /// same from run to run at one number of ranks. A world of one reduces nothing.
    static GradientReduction overlapped(Parameters parameters, Collective ranks) {
        return ranks.worldSize() == 1
                ? new LocalReduction(parameters)
                : new OverlappedReduction(parameters, ranks, BucketSizes.defaults());
    }

    /// The one whose result does not depend on the number of ranks, nor on how samples are spread over them: see
    /// [ReproducibleReduction]. It costs a forward and backward pass for each sample alone.
    static GradientReduction reproducible(Parameters parameters, Collective ranks) {
        return new ReproducibleReduction(parameters, ranks);
    }

    /// What goes through the model at once.
    StepUnit unit();

    /// Begins a step without a gradient.
    ///
    /// @param unitCount of this rank; may be 0
    void begin(int unitCount);

    /// Adds the loss of a unit, and its gradient.
    ///
    /// @param unit its number, ascending; those without a loss are left out
    void backward(int unit, Loss loss);

    /// Ends a step: what is computed from [Parameters#gradients()] from here on sees the sum over all units and ranks.
    ///
    /// Fails with [RankLostException][dev.penstock.error.RankLostException] when another rank is gone.
    Reduced finish();

    @Override
    void close();
}
