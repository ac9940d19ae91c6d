package dev.penstock.tier;

import java.util.List;

/// How steps of several jobs compare: by the time until they begin.
///
/// A block that a fast job needs in ten steps may be needed sooner than one that a slow job needs in two. A job's step
/// weighs the time it takes on average, and what is left of the present one counts for what is left; except:
///
/// - while no pace is known, or all known ones agree within a quarter, every step weighs 1 and the jobs take turns, the
///   one that ended its last step longest ago first. Jobs in lockstep then compare exactly as their merged sequence
///   of steps does, whatever the noise of their measurements.
/// - a job that has just begun, and has no pace yet, is taken to be as fast as the fastest: its blocks are kept until
///   more is known of it.
final class Paces {

    /// Slowest over fastest, up to which a difference is taken for noise.
    private static final double AGREEMENT = 1.25;

    private Paces() {}

    /// Makes every job look at its clock and weigh its steps.
    static void weigh(List<NextUses> jobs) {
        double fastest = Double.POSITIVE_INFINITY;
        double slowest = 0;
        for (int i = 0; i < jobs.size(); i++) {
            double nanos = jobs.get(i).clock().stepNanos();
            if (nanos > 0) {
                fastest = Math.min(fastest, nanos);
                slowest = Math.max(slowest, nanos);
            }
        }
        boolean agree = slowest <= fastest * AGREEMENT;
        for (int i = 0; i < jobs.size(); i++) {
            NextUses job = jobs.get(i);
            double nanos = job.clock().stepNanos();
            if (agree) {
                job.lookAtClock(1, (double) turn(jobs, i) / jobs.size());
            } else if (nanos > 0) {
                job.lookAtClock(nanos, job.clock().remainingStepNanos());
            } else {
                job.lookAtClock(fastest, 0);
            }
        }
    }

    /// Jobs whose turn comes before that of a job.
    private static int turn(List<NextUses> jobs, int index) {
        StepClock clock = jobs.get(index).clock();
        int turn = 0;
        for (int i = 0; i < jobs.size(); i++) {
            StepClock other = jobs.get(i).clock();
            if (other.progressedBefore(clock) || (i < index && !clock.progressedBefore(other))) {
                turn++;
            }
        }
        return turn;
    }
}
