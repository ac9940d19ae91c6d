/// Unix domain sockets: streams that carry file descriptors, and single datagrams.
///
/// Enter at [LocalListener][dev.penstock.daemon.socket.LocalListener] on the daemon's side and at
/// [LocalSocket#connect][dev.penstock.daemon.socket.LocalSocket#connect] on the client's. The JDK's socket channels
/// cannot send descriptors and do not tell their own, so these are the calls of the C library, blocking, on platform
/// threads: a daemon has a few dozen connections, and a frame is written by the thread that has it, without a hop
/// through an event loop. Nothing here knows what the bytes mean.
@NullMarked
package dev.penstock.daemon.socket;

import org.jspecify.annotations.NullMarked;
