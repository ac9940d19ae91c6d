/// Where batches leave the loader: the sink interface that hosts and devices implement.
///
/// Enter at [BatchSink][dev.penstock.sink.BatchSink]. Nothing here knows a device; the sinks live in gpu-sink.
@NullMarked
package dev.penstock.sink;

import org.jspecify.annotations.NullMarked;
