package dev.penstock.metrics;

import dev.penstock.tier.CacheUse;
import dev.penstock.tier.TierUse;
import dev.penstock.tier.WarmUp;
import java.util.function.Supplier;

/// Registers the meters of a cache, which several loaders may share.
public final class CacheMeters {

    private static final String BYTES = "bytes";

    private CacheMeters() {}

    public static void register(MeterGroup group, Supplier<CacheUse> use, Supplier<WarmUp> warmUp) {
        tier(group, TierMeters.RAM, () -> use.get().ram());
        tier(group, TierMeters.DISK, () -> use.get().disk().orElse(new TierUse(0, 0)));
        group.gauge("penstock.cache.warm", BYTES, "Held of what is needed, by the larger tier", warmUp, WarmUp::bytes);
        group.gauge("penstock.cache.target", BYTES, "What it can hold of what is needed", warmUp, WarmUp::targetBytes);
    }

    private static void tier(MeterGroup group, String tier, Supplier<TierUse> use) {
        group.gauge(
                "penstock.cache.used",
                BYTES,
                "Room of the tier in use",
                use,
                TierUse::usedBytes,
                TierMeters.TIER,
                tier);
        group.gauge(
                "penstock.cache.capacity",
                BYTES,
                "Room of the tier",
                use,
                TierUse::capacityBytes,
                TierMeters.TIER,
                tier);
    }
}
