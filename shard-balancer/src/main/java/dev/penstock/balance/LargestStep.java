package dev.penstock.balance;

/// The most that a step can hold: what the integers of a fitted cost model have to leave room for.
///
/// @param samples of a step, at most
/// @param longestLength of a sample of the dataset, be it one that no measurement had
public record LargestStep(long samples, int longestLength) {

    /// What its samples cost by coefficients of any size.
    double cost(double... coefficients) {
        double length = Math.max(1, longestLength);
        return samples * (coefficients[0] * length + coefficients[1] * length * length + coefficients[2]);
    }
}
