/// The processes that `bench daemon` starts: JVMs of this build, and `penstock serve`.
///
/// Knows nothing of what is measured.
@NullMarked
package dev.penstock.bench.daemon.process;

import org.jspecify.annotations.NullMarked;
