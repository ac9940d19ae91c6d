package dev.penstock.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// The meters of one thing that comes and goes: registered one by one, removed together.
///
/// Each reads its value out of a source when somebody looks. A registry holds the object behind a meter weakly, so that
/// meters whose binder nobody kept would stop; those of a group hold what they read until the group is closed.
/// Threading: one thread registers and closes.
public final class MeterGroup implements AutoCloseable {

    private final MeterRegistry registry;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();

    /// @param tags of every meter
    public MeterGroup(MeterRegistry registry, Iterable<Tag> tags) {
        this.registry = registry;
        this.tags = Tags.of(tags);
    }

    /// Registers what only grows.
    ///
    /// @param more keys and values of tags of this meter alone
    public <T> void counter(
            String name,
            String unit,
            String description,
            Supplier<T> source,
            ToDoubleFunction<T> value,
            String... more) {
        meters.add(FunctionCounter.builder(name, this, _ -> value.applyAsDouble(source.get()))
                .baseUnit(unit)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    /// Registers an amount of this moment.
    public <T> void gauge(
            String name,
            String unit,
            String description,
            Supplier<T> source,
            ToDoubleFunction<T> value,
            String... more) {
        meters.add(Gauge.builder(name, () -> value.applyAsDouble(source.get()))
                .baseUnit(unit)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    /// Registers how often something happened, and how long it took in all.
    public <T> void timer(
            String name,
            String description,
            Supplier<T> source,
            ToLongFunction<T> count,
            ToLongFunction<T> nanos,
            String... more) {
        meters.add(FunctionTimer.builder(
                        name,
                        this,
                        _ -> count.applyAsLong(source.get()),
                        _ -> nanos.applyAsLong(source.get()),
                        TimeUnit.NANOSECONDS)
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    /// Removes the meters from their registry. Closing twice does nothing.
    @Override
    public void close() {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
