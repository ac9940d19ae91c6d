package dev.penstock.trainer.tensor;

import org.bytedeco.pytorch.Tensor;

/// A leaf of the autograd graph, and where its gradient is added up; tied leaves share a place.
///
/// @param begin of its first element among all gradients
public record ParameterLeaf(Tensor tensor, long begin) {}
