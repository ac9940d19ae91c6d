/// A batch as the consumer sees it: element types, the layout of a slot, and the lease that gives it back.
///
/// Enter at [Batch][dev.penstock.batch.Batch]. Nothing here reads storage or plans.
@NullMarked
package dev.penstock.batch;

import org.jspecify.annotations.NullMarked;
