/// What loaders count, as Micrometer meters; `docs/metrics.md` lists every name.
///
/// Enter at [LoaderMeters][dev.penstock.metrics.LoaderMeters]. Meters read the counters that the loader keeps anyway,
/// when somebody looks: nothing here runs on the data path. It is the one place of this module that knows Micrometer.
@NullMarked
package dev.penstock.metrics;

import org.jspecify.annotations.NullMarked;
