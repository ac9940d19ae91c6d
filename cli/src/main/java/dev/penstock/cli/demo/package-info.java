/// The demo's data: the sources of the JDK that runs it, packed once and reused while they match.
///
/// Enter at [DemoDataset][dev.penstock.cli.demo.DemoDataset]. Deletes nothing that it did not make.
@NullMarked
package dev.penstock.cli.demo;

import org.jspecify.annotations.NullMarked;
