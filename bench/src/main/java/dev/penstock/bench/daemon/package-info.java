/// `bench daemon`: what the way through the daemon costs, measured between real processes, and a soak of killed ones.
///
/// Enter at [DaemonCommand][dev.penstock.bench.daemon.DaemonCommand]. A [ServedDaemon][dev.penstock.bench.daemon.ServedDaemon]
/// is `penstock serve`; a [ConsumerProcess][dev.penstock.bench.daemon.ConsumerProcess] takes batches, from the daemon
/// or from a loader of its own.
@NullMarked
package dev.penstock.bench.daemon;

import org.jspecify.annotations.NullMarked;
