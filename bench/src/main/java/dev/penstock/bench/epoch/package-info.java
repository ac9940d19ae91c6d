/// `bench epoch`: the step at which an epoch begins waits no longer than any other.
@NullMarked
package dev.penstock.bench.epoch;

import org.jspecify.annotations.NullMarked;
