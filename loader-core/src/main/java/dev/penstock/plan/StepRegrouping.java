package dev.penstock.plan;

/// Divides the samples of a few consecutive steps anew among these steps.
///
/// The steps of a run are cut into windows, and no sample leaves its window, so where a run stands is known from the
/// lengths of one window alone. A pure function and immutable, hence thread-safe: the same lengths give the same
/// division in every process. `toString()` says everything that decides the result but the number of ranks.
public interface StepRegrouping {

    /// Every step keeps its samples.
    StepRegrouping NONE = new StepRegrouping() {
        @Override
        public int windowSteps() {
            return 1;
        }

        @Override
        public StepWindow regroup(int[] lengths, int[] stepEnds, int ranks) {
            return StepWindow.unchanged(stepEnds);
        }

        @Override
        public String toString() {
            return "none";
        }
    };

    /// Steps of a window, at most; 1 leaves every step as it is.
    int windowSteps();

    /// Divides the samples of one window.
    ///
    /// @param lengths length in cost units of each sample in their order, none negative; only the first
    ///     `stepEnds[last]` are read
    /// @param stepEnds for each step of the window, the end of its run of samples before regrouping
    /// @param ranks that will share each step
    StepWindow regroup(int[] lengths, int[] stepEnds, int ranks);
}
