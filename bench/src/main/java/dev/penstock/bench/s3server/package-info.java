/// An S3 server that misbehaves on request: the origin of tests and benchmarks.
///
/// Enter at [S3Server][dev.penstock.bench.s3server.S3Server]: objects lie in memory or are generated, requests are
/// authenticated as S3 does it, and [Faults][dev.penstock.bench.s3server.Faults] say what goes wrong, how often, and
/// with which seed. Everything that went wrong is counted, and so is every byte sent. Loopback only. Nothing here knows
/// the adapter that it is used to test.
@NullMarked
package dev.penstock.bench.s3server;

import org.jspecify.annotations.NullMarked;
