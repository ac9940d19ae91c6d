package dev.penstock.trainer.checkpoint;

/// Where a run stands, beside its model and optimiser.
///
/// @param nextStep the first step that is not part of the checkpoint
/// @param loaderPosition what the loader needs to go on from there; opaque here
/// @param calibration what balancing goes by from there on, as the run measured it; empty when it did not; opaque here
/// @param runDigest identifies what must not change between save and resume, such as dataset, order and batch;
///     compared by the caller
public record RunState(long nextStep, String loaderPosition, String calibration, String runDigest) {}
