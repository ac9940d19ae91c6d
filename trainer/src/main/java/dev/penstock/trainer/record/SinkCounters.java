package dev.penstock.trainer.record;

import java.util.Optional;

/// How a sink has done so far.
///
/// @param delivered steps that are where they belong
/// @param missing steps that are not; after the end of a run, for good
/// @param failure the latest, in words
public record SinkCounters(long delivered, long missing, Optional<String> failure) {}
