/// Who computes what in a step: samples of different length spread over ranks and micro-batches, with proof of how
/// good the spread is.
///
/// Enter at [ExactBalancer][dev.penstock.balance.ExactBalancer], or at
/// [UnbalancedAssigner][dev.penstock.balance.UnbalancedAssigner] for the plain order; ask
/// [BalanceCertificate][dev.penstock.balance.BalanceCertificate] what was reached and what more would take.
/// [OutlierDelay][dev.penstock.balance.OutlierDelay] gathers over several steps what no single one can balance;
/// [RankCalibration][dev.penstock.balance.RankCalibration] makes a cost model and rank speeds of measured times, and
/// [CalibrationHistory][dev.penstock.balance.CalibrationHistory] says which hold at a step;
/// [PaddingCount][dev.penstock.balance.PaddingCount] says what a layout pads. Pure functions over lengths in integer
/// arithmetic: every process computes the same plan. No I/O, no threads, no clock.
@NullMarked
package dev.penstock.balance;

import org.jspecify.annotations.NullMarked;
