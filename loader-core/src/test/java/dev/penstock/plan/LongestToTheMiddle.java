package dev.penstock.plan;

/// Puts the longest sample of each step into the middle step of its window; every other sample stays.
record LongestToTheMiddle(int windowSteps) implements StepRegrouping {

    @Override
    public StepWindow regroup(int[] lengths, int[] stepEnds, int ranks) {
        int steps = stepEnds.length;
        int[] longest = new int[steps];
        int[] middle = new int[steps];
        int[] restEnds = new int[steps];
        int sample = 0;
        for (int step = 0; step < steps; step++) {
            longest[step] = sample;
            for (; sample < stepEnds[step]; sample++) {
                longest[step] = lengths[sample] > lengths[longest[step]] ? sample : longest[step];
            }
            middle[step] = steps / 2;
            restEnds[step] = stepEnds[step] - step - 1;
        }
        return new StepWindow(longest, middle, restEnds);
    }
}
