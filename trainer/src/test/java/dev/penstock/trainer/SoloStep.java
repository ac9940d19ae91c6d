package dev.penstock.trainer;

import dev.penstock.batch.Batch;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.model.Precision;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.optimize.Schedule;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.world.Collective;
import dev.penstock.trainer.world.CollectiveTimeouts;
import dev.penstock.trainer.world.World;

/// Training steps of a world of one, whose results are asked for at once.
public final class SoloStep {

    private final TrainingStep step;

    public SoloStep(Model model, Optimizer optimizer, Schedule schedule, double maxGradientNorm) {
        this(model, Precision.FP32, optimizer, schedule, maxGradientNorm);
    }

    public SoloStep(Model model, Precision precision, Optimizer optimizer, Schedule schedule, double maxGradientNorm) {
        Collective alone = Collective.join(World.single(), CollectiveTimeouts.defaults());
        step = new TrainingStep(
                model.parameters(),
                precision.of(model),
                alone,
                GradientReduction.overlapped(model.parameters(), alone),
                optimizer,
                schedule,
                StepSettings.defaults().withMaxGradientNorm(maxGradientNorm).withResultLag(0));
    }

    public StepResult train(Batch batch) {
        return step.train(batch).getFirst();
    }
}
