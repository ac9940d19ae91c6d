package dev.penstock.balance;

/// What a calibration came to.
///
/// Errors are root mean squares over the measurements of all ranks: how far a cost is from the time it took, as a part
/// of that time, in the unit that suits the model best.
public sealed interface CalibrationOutcome {

    /// The measurements are too few to fit anything; what was in force stays.
    record TooFew() implements CalibrationOutcome {}

    /// The fit explains the times no better than chance makes one; what was in force stays.
    ///
    /// @param error of what is in force
    /// @param fittedError of the fit
    record NotBetter(double error, double fittedError) implements CalibrationOutcome {}

    /// The fit explains the times better, and takes over.
    record Better(Calibration calibration, double errorBefore, double errorAfter) implements CalibrationOutcome {}
}
