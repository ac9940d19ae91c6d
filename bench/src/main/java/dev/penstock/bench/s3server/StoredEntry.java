package dev.penstock.bench.s3server;

import java.time.Instant;

/// One object as a bucket has it.
record StoredEntry(Content content, Instant modified) {}
