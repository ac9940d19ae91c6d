/// What a daemon says of itself, as values: the reply to `stats`, which `docs/protocol.md` describes.
///
/// Enter at [DaemonStats][dev.penstock.daemon.stats.DaemonStats]. The server fills them in, meters and people read
/// them, on either side of the socket. Nothing here looks anything up.
@NullMarked
package dev.penstock.daemon.stats;

import org.jspecify.annotations.NullMarked;
