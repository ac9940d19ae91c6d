/// The daemon's metrics: what [DaemonStats][dev.penstock.daemon.stats.DaemonStats] says, as Micrometer meters.
///
/// Enter at [PrometheusPage][dev.penstock.daemon.metrics.PrometheusPage]. `docs/metrics.md` lists every name. Meters of
/// a client or a stream that is gone are removed, so there are never more than the daemon has clients and streams.
@NullMarked
package dev.penstock.daemon.metrics;

import org.jspecify.annotations.NullMarked;
