/// What a run would do, computed from lengths and budgets alone: balance, padding, shuffle quality, cache.
///
/// Enter at [BalanceForecast][dev.penstock.cli.plan.BalanceForecast] and
/// [CacheForecast][dev.penstock.cli.plan.CacheForecast]. Reads no sample.
@NullMarked
package dev.penstock.cli.plan;

import org.jspecify.annotations.NullMarked;
