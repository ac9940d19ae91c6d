package dev.penstock.cli.profile;

/// How far the batches of a rank have come, as the process that loads them knows it.
///
/// @param released first step whose batch the rank has not given back
/// @param announced first step whose batch it has not been given
public record RankProgress(long released, long announced) {}
