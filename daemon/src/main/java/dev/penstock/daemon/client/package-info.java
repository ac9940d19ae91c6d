/// The Java client of the daemon.
///
/// Enter at [RemoteLoader][dev.penstock.daemon.client.RemoteLoader], which is a
/// [BatchSource][dev.penstock.loader.BatchSource] like the loader of one's own process: what it delivers is read where
/// the daemon decoded it. Nothing here reads storage or plans.
@NullMarked
package dev.penstock.daemon.client;

import org.jspecify.annotations.NullMarked;
