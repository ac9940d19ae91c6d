/// Blocks of the dataset kept near: in RAM, on local disk, and where they come from when they are in neither.
///
/// Enter at [RamTier][dev.penstock.tier.RamTier], which leases blocks and loads the missing ones through a chain of
/// [BlockSource][dev.penstock.tier.BlockSource] stages ([DiskTier][dev.penstock.tier.DiskTier] over
/// [Origin][dev.penstock.fetch.Origin]). Tiers move bytes and never interpret them; what is needed when, they ask
/// [NextUse][dev.penstock.tier.NextUse].
@NullMarked
package dev.penstock.tier;

import org.jspecify.annotations.NullMarked;
