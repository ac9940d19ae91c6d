package dev.penstock.tier;

import java.util.Optional;

/// How much of their room the tiers of a [BlockCache] use.
///
/// @param disk empty where there is no disk tier
public record CacheUse(TierUse ram, Optional<TierUse> disk) {}
