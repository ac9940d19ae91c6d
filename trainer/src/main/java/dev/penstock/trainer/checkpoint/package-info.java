/// Model, optimiser, generator and loader position on disk, committed together.
///
/// Enter at [BackgroundCheckpoints][dev.penstock.trainer.checkpoint.BackgroundCheckpoints], or at
/// [Checkpoints][dev.penstock.trainer.checkpoint.Checkpoints] to wait for each. A checkpoint that can be seen is whole;
/// what it means to the loader is the caller's text, never read here.
@NullMarked
package dev.penstock.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
