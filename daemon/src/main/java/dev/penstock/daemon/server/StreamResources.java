package dev.penstock.daemon.server;

import dev.penstock.tier.BlockCache;

/// What all streams of a daemon share.
record StreamResources(DaemonConfig config, BlockCache cache, SlotBudget budget, StoreLimits limits) {}
