/// The HTTP/1.1 client that the AWS SDK sends through, built on Reactor Netty: a pool, TLS, proxies, time-outs, and
/// bodies that pass without a copy on the heap.
///
/// Enter at [ReactorNettyClient][dev.penstock.storage.http.ReactorNettyClient]. It sends each request once and knows
/// nothing of S3, signatures or retries.
@NullMarked
package dev.penstock.storage.http;

import org.jspecify.annotations.NullMarked;
