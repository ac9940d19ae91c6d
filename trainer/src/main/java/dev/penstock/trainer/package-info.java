/// One optimiser step over one batch: micro-batches, all-reduce, clip, update.
///
/// Enter at [TrainingStep][dev.penstock.trainer.TrainingStep]; the pieces it is made of live in the packages below and
/// can each be used, or left out, by hand. Nothing here reads storage, decides what a batch holds, or owns a loop.
@NullMarked
package dev.penstock.trainer;

import org.jspecify.annotations.NullMarked;
