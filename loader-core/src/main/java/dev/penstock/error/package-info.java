/// The failures Penstock reports: one sealed tree, in which retryable and fatal are types.
///
/// Enter at [PenstockException][dev.penstock.error.PenstockException]; build messages with
/// [FailureMessage][dev.penstock.error.FailureMessage]. This package knows no other package of Penstock.
@NullMarked
package dev.penstock.error;

import org.jspecify.annotations.NullMarked;
