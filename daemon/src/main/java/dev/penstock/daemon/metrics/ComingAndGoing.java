package dev.penstock.daemon.metrics;

import dev.penstock.metrics.MeterGroup;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// Meters of things of one kind that come and go: a group for each that is there. Confined to one thread.
///
/// @param <K> what tells them apart, and becomes their tags
/// @param <T> what is known of one
final class ComingAndGoing<K, T> {

    private record Shown<T>(Latest<T> latest, MeterGroup meters) {}

    private final Function<K, MeterGroup> groups;
    private final BiConsumer<MeterGroup, Supplier<T>> registering;
    private final Map<K, Shown<T>> shown = new HashMap<>();

    /// @param groups an empty group with the tags of a key
    /// @param registering fills one
    ComingAndGoing(Function<K, MeterGroup> groups, BiConsumer<MeterGroup, Supplier<T>> registering) {
        this.groups = groups;
        this.registering = registering;
    }

    /// Shows these and no others.
    void show(Map<K, T> present) {
        shown.entrySet().removeIf(entry -> {
            boolean gone = !present.containsKey(entry.getKey());
            if (gone) {
                entry.getValue().meters().close();
            }
            return gone;
        });
        present.forEach((key, value) -> {
            Shown<T> before = shown.get(key);
            if (before == null) {
                shown.put(key, begin(key, value));
            } else {
                before.latest().set(value);
            }
        });
    }

    private Shown<T> begin(K key, T value) {
        Latest<T> latest = new Latest<>(value);
        MeterGroup meters = groups.apply(key);
        registering.accept(meters, latest);
        return new Shown<>(latest, meters);
    }
}
