/// `bench s3`: what a byte from S3 costs, whether a consumer stays fed from an origin that misbehaves, and what a
/// second start asks of it.
///
/// Enter at [S3Command][dev.penstock.bench.s3.S3Command]. The origin is a
/// [ServerProcess][dev.penstock.bench.s3server.ServerProcess], so that its processor time is its own.
@NullMarked
package dev.penstock.bench.s3;

import org.jspecify.annotations.NullMarked;
