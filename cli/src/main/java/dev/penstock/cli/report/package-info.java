/// What commands say: result files, trace lines, summaries and the progress line.
///
/// Enter at [Result][dev.penstock.cli.report.Result]. Formats here are contracts with scripts; nothing here measures.
@NullMarked
package dev.penstock.cli.report;

import org.jspecify.annotations.NullMarked;
