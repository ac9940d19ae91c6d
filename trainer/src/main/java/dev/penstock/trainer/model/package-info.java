/// Models over packed samples, and the loss they are trained by.
///
/// Enter at [ByteTransformer][dev.penstock.trainer.model.ByteTransformer]. A model is its
/// [Parameters][dev.penstock.trainer.tensor.Parameters] and a [LossFunction][dev.penstock.trainer.model.LossFunction]
/// over [PackedSamples][dev.penstock.trainer.model.PackedSamples]; it knows neither ranks nor optimisers.
@NullMarked
package dev.penstock.trainer.model;

import org.jspecify.annotations.NullMarked;
