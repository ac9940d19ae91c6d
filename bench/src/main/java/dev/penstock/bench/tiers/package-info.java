/// `bench tiers`: the cache's hits with several jobs, against an exact replay of the same reads.
@NullMarked
package dev.penstock.bench.tiers;

import org.jspecify.annotations.NullMarked;
