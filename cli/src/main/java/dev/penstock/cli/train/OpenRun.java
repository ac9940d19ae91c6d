package dev.penstock.cli.train;

import dev.penstock.index.DatasetIndex;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.trainer.StepSettings;
import dev.penstock.trainer.TrainingStep;
import dev.penstock.trainer.checkpoint.RunState;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.optimize.Optimizer;
import dev.penstock.trainer.reduce.GradientReduction;
import dev.penstock.trainer.world.Collective;

/// The pieces of a run as one rank has them open.
record OpenRun(
        RunIdentity identity,
        DatasetIndex index,
        LoaderConfig config,
        BatchSource loader,
        Collective ranks,
        GradientReduction reduction,
        OnlineCalibration calibration,
        Model model,
        Optimizer optimizer) {

    /// Fails on the rank that differs unless all have the same run before them; then all have the model of rank 0.
    void agree(RunBeginning beginning, RunSettings settings) {
        ranks.requireAgreement("run", RunAgreement.of(this, beginning, settings).text());
        ranks.broadcast(model.parameters().values());
    }

    TrainingStep step(Optimization optimization, Patience patience) {
        return new TrainingStep(
                model.parameters(),
                optimization.arithmetic().precision().of(model),
                ranks,
                reduction,
                optimizer,
                optimization.schedule(loader.stepCount(), config.batchSize()),
                StepSettings.defaults()
                        .withMaxGradientNorm(optimization.maxGradientNorm())
                        .withMaxSkippedSteps(patience.maxSkippedSteps()));
    }

    /// What a checkpoint says that continues with a step.
    RunState state(long nextStep) {
        return new RunState(
                nextStep,
                loader.state(nextStep).toJson(),
                calibration.history(nextStep).toString(),
                identity.digest());
    }
}
