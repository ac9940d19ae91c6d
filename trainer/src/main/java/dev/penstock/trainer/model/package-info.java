/// Models over packed samples, and the loss they are trained by.
///
/// Enter at [Model][dev.penstock.trainer.model.Model]; built in are
/// [ByteTransformer][dev.penstock.trainer.model.ByteTransformer] and
/// [SeriesModel][dev.penstock.trainer.model.SeriesModel]. A model is its
/// [Parameters][dev.penstock.trainer.tensor.Parameters] and a [LossFunction][dev.penstock.trainer.model.LossFunction]
/// over a [MicroBatch][dev.penstock.trainer.model.MicroBatch]; it knows neither ranks nor optimisers.
@NullMarked
package dev.penstock.trainer.model;

import org.jspecify.annotations.NullMarked;
