/// The daemon's side of the protocol: connections, jobs, and streams that clients share.
///
/// Enter at [Daemon][dev.penstock.daemon.server.Daemon]. A stream is a [Loader][dev.penstock.loader.Loader] that
/// decodes into memory its clients have mapped; clients with an equal plan read one stream, each at its own pace, until
/// one falls too far behind and gets a stream of its own. Everything a client holds is known here and given back when
/// its connection ends. Nothing here plans, fetches or decodes.
@NullMarked
package dev.penstock.daemon.server;

import org.jspecify.annotations.NullMarked;
