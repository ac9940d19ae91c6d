/// The `penstock` command: one class per subcommand, composed here from every other module.
///
/// Enter at [Main][dev.penstock.cli.Main]; another module adds commands through
/// [CommandProvider][dev.penstock.cli.CommandProvider]. Commands read options, call the modules and print; nothing
/// that a library user needs lives here.
@NullMarked
package dev.penstock.cli;

import org.jspecify.annotations.NullMarked;
