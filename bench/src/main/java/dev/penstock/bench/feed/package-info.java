/// `bench feed`: from the RAM tier into packed slots, as a share of a plain memory copy.
@NullMarked
package dev.penstock.bench.feed;

import org.jspecify.annotations.NullMarked;
