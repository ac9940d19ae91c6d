/// The frames between a daemon and its clients, as `docs/protocol.md` lays them out.
///
/// Enter at [FrameReader][dev.penstock.daemon.protocol.FrameReader] and
/// [FrameWriter][dev.penstock.daemon.protocol.FrameWriter]; bodies have a type each. Both sides use this package; it
/// knows neither streams nor jobs, and opens nothing.
@NullMarked
package dev.penstock.daemon.protocol;

import org.jspecify.annotations.NullMarked;
