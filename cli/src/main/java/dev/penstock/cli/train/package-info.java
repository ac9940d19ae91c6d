/// Training as a command: recipes, the run directory, one rank's loop, and the processes around it.
///
/// Enter at [LocalTraining][dev.penstock.cli.train.LocalTraining] (all ranks of this host) and
/// [RankTraining][dev.penstock.cli.train.RankTraining] (one rank). Composes loader and trainer; what a step does is
/// the trainer's business.
@NullMarked
package dev.penstock.cli.train;

import org.jspecify.annotations.NullMarked;
