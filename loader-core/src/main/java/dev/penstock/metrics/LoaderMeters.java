package dev.penstock.metrics;

import dev.penstock.loader.Loader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;

/// The meters of a loader in the user's own process.
///
/// ```java
/// try (LoaderMeters meters = new LoaderMeters(loader)) {
///     meters.bindTo(registry);
///     …
/// }
/// ```
///
/// A meter reads a snapshot of the loader's counters when it is looked at, which costs microseconds and holds nothing
/// up. The batches of a daemon are metered by the daemon. Ownership: the caller closes, before the loader; closing
/// removes the meters. Threading: any thread.
public final class LoaderMeters implements MeterBinder, AutoCloseable {

    private final Loader loader;
    private final Tags tags;
    private final List<MeterGroup> groups = new ArrayList<>();

    public LoaderMeters(Loader loader) {
        this(loader, Tags.empty());
    }

    /// @param tags of every meter; two loaders in one registry need different values for the same keys
    public LoaderMeters(Loader loader, Iterable<Tag> tags) {
        this.loader = loader;
        this.tags = Tags.of(tags);
    }

    /// Fails when another loader is bound to the registry with the same tags: a registry would drop the second one's
    /// meters without a word.
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        if (registry.find("penstock.loader.batches").tags(tags).meter() != null) {
            throw new IllegalArgumentException(
                    "a loader is bound to this registry with the tags " + tags + " already; give each its own");
        }
        MeterGroup group = new MeterGroup(registry, tags);
        groups.add(group);
        DeliveryMeters.register(group, loader::counters);
        CacheMeters.register(group, loader::cacheUse, () -> loader.counters().warmUp());
        SlotMeters.register(group, loader::slotUse);
    }

    @Override
    public synchronized void close() {
        groups.forEach(MeterGroup::close);
        groups.clear();
    }
}
