package dev.penstock.trainer;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The numbers of one step over all ranks, where they were computed: nothing of them is on the host until
/// [#read(long, double, StepTimes)].
///
/// ```
/// float64 [4] | loss sum | targets | norm of the mean's gradient | 1 if the update was applied |
/// ```
///
/// Ownership: native memory; freed by the read.
record StepValues(Tensor numbers) {

    private static final int LOSS_SUM = 0;
    private static final int TARGET_COUNT = 1;
    private static final int NORM = 2;
    private static final int APPLIED = 3;
    private static final int COUNT = 4;

    /// Copies four scalars, of which the first three are float64.
    static StepValues of(Tensor lossSum, Tensor targetCount, Tensor norm, Tensor applied) {
        Tensor numbers = torch.stack(new TensorVector(lossSum, targetCount, norm, applied.to(ScalarType.Double)));
        numbers.retainReference();
        return new StepValues(numbers);
    }

    /// Waits for the numbers, if they are still on their way.
    StepResult read(long step, double learningRate, StepTimes times) {
        double[] read = new double[COUNT];
        try (numbers) {
            numbers.data_ptr_double().get(read);
        }
        boolean isEmpty = read[TARGET_COUNT] == 0;
        return new StepResult(
                step,
                isEmpty ? StepOutcome.NO_TARGET : read[APPLIED] == 1 ? StepOutcome.APPLIED : StepOutcome.SKIPPED,
                read[LOSS_SUM],
                (long) read[TARGET_COUNT],
                isEmpty ? 0 : read[NORM],
                learningRate,
                times.computeNanos(),
                times.reduceNanos(),
                times.exposedNanos(),
                times.updateNanos());
    }
}
