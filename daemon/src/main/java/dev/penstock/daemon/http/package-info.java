/// The daemon over TCP: probes, metrics, and the little that an administrator of another host may do.
///
/// Enter at [HttpEndpoint][dev.penstock.daemon.http.HttpEndpoint]. No batch leaves here, and no client attaches here:
/// memory is shared within one host only, over the Unix domain socket. Whatever is sent to this port, the daemon's own
/// clients do not notice. The owner of Netty's server side and of the daemon's TLS.
@NullMarked
package dev.penstock.daemon.http;

import org.jspecify.annotations.NullMarked;
