/// The shard formats: WebDataset tar and raw token streams, read in one pass, and tar as it is written.
///
/// Enter at [ShardFormat][dev.penstock.format.ShardFormat] and [TarWriter][dev.penstock.format.TarWriter]. A reader
/// tells a [ShardVisitor][dev.penstock.format.ShardVisitor] what it passes and keeps nothing; nothing here knows of
/// indexes or policies.
@NullMarked
package dev.penstock.format;

import org.jspecify.annotations.NullMarked;
