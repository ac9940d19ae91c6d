/// The processes of one run: who they are, how they talk, how they notice that one is lost, how local ones are started
/// and stopped together.
///
/// Enter at [World][dev.penstock.trainer.world.World] (from the environment),
/// [Collective][dev.penstock.trainer.world.Collective] (sums and broadcasts) and
/// [LocalRanks][dev.penstock.trainer.world.LocalRanks] (child processes). Nothing here knows what is trained.
@NullMarked
package dev.penstock.trainer.world;

import org.jspecify.annotations.NullMarked;
