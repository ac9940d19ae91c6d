/// `bench daemon --soak`: clients and the daemon are killed at random moments, and what was delivered is compared batch
/// by batch.
///
/// Enter at [Soak][dev.penstock.bench.daemon.soak.Soak].
@NullMarked
package dev.penstock.bench.daemon.soak;

import org.jspecify.annotations.NullMarked;
