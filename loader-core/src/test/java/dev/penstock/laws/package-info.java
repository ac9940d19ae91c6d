/// The laws every composition of stores, tiers, assigners and sinks must pass, as reusable tests.
///
/// Enter at [LoaderLaws][dev.penstock.laws.LoaderLaws]: extend it, say how your composition is configured, and every
/// law runs over it. Exported to other modules as this module's test jar.
@NullMarked
package dev.penstock.laws;

import org.jspecify.annotations.NullMarked;
