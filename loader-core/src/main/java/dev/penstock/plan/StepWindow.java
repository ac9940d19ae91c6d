package dev.penstock.plan;

import java.util.Arrays;

/// Which samples of a window belong to which of its steps: a few are put into a step by name, the rest keep their order
/// and are cut into runs.
///
/// Samples are numbered from 0 in the order of the window. Takes memory for the steps and the named samples only, so
/// that the windows of a whole epoch can be remembered. Immutable.
public final class StepWindow {

    /// Headers of this and its three arrays, and an entry of a map with its key.
    private static final int OVERHEAD_NUMBERS = 48;

    private final int[] named;
    private final int[] stepOfNamed;
    private final int[] restEnds;

    /// Takes the arrays over; the caller changes them no more.
    ///
    /// @param named ascending numbers of samples that are put into a step
    /// @param stepOfNamed for each of them, the step within the window
    /// @param restEnds for each step, how many of the other samples it and the steps before it have
    public StepWindow(int[] named, int[] stepOfNamed, int[] restEnds) {
        if (named.length != stepOfNamed.length) {
            throw new IllegalArgumentException(named.length + " samples but " + stepOfNamed.length + " steps");
        }
        this.named = named;
        this.stepOfNamed = stepOfNamed;
        this.restEnds = restEnds;
    }

    /// The window in which every step keeps its run of samples.
    static StepWindow unchanged(int[] stepEnds) {
        return new StepWindow(new int[0], new int[0], stepEnds.clone());
    }

    /// The step, counted from 0 in the window, that a sample belongs to.
    public int stepOf(int sample) {
        int place = Arrays.binarySearch(named, sample);
        if (place >= 0) {
            return stepOfNamed[place];
        }
        int rest = sample + place + 1;
        int low = 0;
        int high = restEnds.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (restEnds[middle] > rest) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// Lists the samples of a step, ascending.
    ///
    /// @param into long enough for every sample of the window
    /// @return how many there are
    int samplesOf(int step, int[] into) {
        int count = 0;
        int before = 0;
        for (int rest = step == 0 ? 0 : restEnds[step - 1]; rest < restEnds[step]; rest++) {
            while (before < named.length && named[before] <= rest + before) {
                before++;
            }
            into[count++] = rest + before;
        }
        for (int i = 0; i < named.length; i++) {
            if (stepOfNamed[i] == step) {
                into[count++] = named[i];
            }
        }
        Arrays.sort(into, 0, count);
        return count;
    }

    /// Heap that it takes to remember this, in numbers of four bytes, with the objects around them.
    int weight() {
        return OVERHEAD_NUMBERS + 2 * named.length + restEnds.length;
    }
}
