package dev.penstock.daemon.server;

/// Where a client is in its stream.
///
/// @param lag batches it is behind the fastest client
/// @param unannounced batches that were taken from the loader and could be announced to it
record StreamPlace(long lag, long unannounced) {}
