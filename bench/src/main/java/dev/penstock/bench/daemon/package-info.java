/// `bench daemon`: what the way through the daemon costs, measured between real processes, and a soak of killed ones.
///
/// Enter at [DaemonCommand][dev.penstock.bench.daemon.DaemonCommand]. A
/// [ConsumerProcess][dev.penstock.bench.daemon.ConsumerProcess] takes batches, from `penstock serve` or from a loader
/// of its own, and times them.
@NullMarked
package dev.penstock.bench.daemon;

import org.jspecify.annotations.NullMarked;
