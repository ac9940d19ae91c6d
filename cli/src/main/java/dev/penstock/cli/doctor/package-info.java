/// What this machine can and cannot do for Penstock.
///
/// Enter at [Checkup][dev.penstock.cli.doctor.Checkup]. Checks look and say; they change nothing, and print no value
/// of a credential.
@NullMarked
package dev.penstock.cli.doctor;

import org.jspecify.annotations.NullMarked;
