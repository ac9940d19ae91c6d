package dev.penstock.cli.profile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How long one step took on one rank, and what its thread spent on each phase of it.
///
/// @param nanos from asking for the step's batch to asking for the next
/// @param phaseNanos by the name of the phase, such as `wait` or `reduce`
public record StepPhases(long step, long nanos, Map<String, Long> phaseNanos) {

    public StepPhases {
        phaseNanos = Map.copyOf(phaseNanos);
    }

    /// The steps of one rank's recording, in their order.
    public static List<StepPhases> read(int rank, Path recording) {
        List<Slice> slices = ProcessSlices.ofRank(rank, recording).slices();
        List<StepPhases> times = new ArrayList<>();
        for (Slice step : slices) {
            if (step.category().equals(ProcessSlices.STEP)) {
                Map<String, Long> phases = new HashMap<>();
                slices.stream()
                        .filter(slice -> slice.thread().equals(step.thread()) && slice.step() == step.step())
                        .filter(slice -> !slice.equals(step))
                        .forEach(slice -> phases.merge(slice.name(), slice.nanos(), Long::sum));
                times.add(new StepPhases(step.step(), step.nanos(), phases));
            }
        }
        return times;
    }

    /// 0 of a phase that the step did not have.
    public long nanos(String phase) {
        return phaseNanos.getOrDefault(phase, 0L);
    }
}
