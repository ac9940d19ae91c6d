/// Tests of plans and of what they say of the future.
@NullMarked
package dev.penstock.plan;

import org.jspecify.annotations.NullMarked;
