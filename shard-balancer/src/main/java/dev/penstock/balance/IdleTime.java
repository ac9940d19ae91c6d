package dev.penstock.balance;

/// The share of all ranks' time in a run that they wait for the fullest one: `1 − Σ work / (R · Σ makespan)`.
///
/// Steps count by the time they take, so a cheap step in which ranks wait is little against a dear one in which none
/// does. Confined to one thread.
public final class IdleTime {

    private double work;
    private double time;

    /// Adds a step.
    ///
    /// @param work cost of all samples of the step
    /// @param makespan cost of the fullest rank
    public void add(long work, long makespan, int ranks) {
        this.work += work;
        time += (double) makespan * ranks;
    }

    /// From 0 to 1; 0 when there was nothing to do.
    public double share() {
        return time == 0 ? 0 : 1 - work / time;
    }
}
