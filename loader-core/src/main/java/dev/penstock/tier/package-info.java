/// Blocks of datasets kept near: in RAM, on local disk, and where they come from when they are in neither.
///
/// Enter at [BlockCache][dev.penstock.tier.BlockCache], the one cache of a process, and at what a job has of it:
/// [JobBlocks][dev.penstock.tier.JobBlocks] leases blocks and loads the missing ones through a chain of
/// [BlockSource][dev.penstock.tier.BlockSource] stages (the disk tier over [Origin][dev.penstock.fetch.Origin]).
/// Tiers move bytes and never interpret them; what is needed when, they ask each job's
/// [NextUse][dev.penstock.tier.NextUse].
@NullMarked
package dev.penstock.tier;

import org.jspecify.annotations.NullMarked;
