/// Benchmarks that JMH runs, in JVMs of their own.
///
/// Enter at [AssignRun][dev.penstock.bench.micro.AssignRun]. A benchmark gets what it works on through a file, because
/// it runs in another process than the command that wants its result.
@NullMarked
package dev.penstock.bench.micro;

import org.jspecify.annotations.NullMarked;
