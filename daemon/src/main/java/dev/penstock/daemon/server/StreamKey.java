package dev.penstock.daemon.server;

import java.util.SortedMap;

/// What two clients have in common whose batches are the same: dataset, and every option as it was written.
///
/// Options that mean the same and are written differently do not share a decode; that costs a stream, while taking two
/// plans for one would deliver wrong data.
///
/// @param datasetDigest of the index, since a dataset may be indexed anew while an earlier stream still runs
record StreamKey(String uri, String datasetDigest, SortedMap<String, String> options) {}
