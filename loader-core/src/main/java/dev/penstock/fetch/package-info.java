/// What stands around every origin: each a small stage of its own, from a block that is wanted to a range request.
///
/// Enter at [Origin][dev.penstock.fetch.Origin], which composes them: blocks that are verified (`VerifiedBlocks`) over
/// retries (`ResumingRetries`) over hedges (`HedgedRanges`) over a limit of requests in flight (`ConcurrencyLimit`)
/// over the store (`StoreRanges`). All of them share the memory of a read and its gate,
/// [ReadTarget][dev.penstock.store.ReadTarget], so that each asks only for what is missing. Stages never block, keep
/// no bytes, and count what they do in one [FetchMeter][dev.penstock.fetch.FetchMeter]; they do not know which store
/// they stand around.
@NullMarked
package dev.penstock.fetch;

import org.jspecify.annotations.NullMarked;
