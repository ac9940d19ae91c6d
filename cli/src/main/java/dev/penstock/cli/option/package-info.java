/// Options that commands share, and the one place where their text becomes typed values.
///
/// Enter at [LoaderOptions][dev.penstock.cli.option.LoaderOptions] and
/// [CommonOptions][dev.penstock.cli.option.CommonOptions]. No text leaves this package unparsed; nothing here opens a
/// dataset.
@NullMarked
package dev.penstock.cli.option;

import org.jspecify.annotations.NullMarked;
