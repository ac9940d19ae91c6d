/// What every store that speaks HTTP shares: connections, names, certificates and proxies, the judgement of what comes
/// back for a range, and the words for what became of a connection; and, on top of it, the client that the AWS SDK
/// sends through, whose bodies pass without a copy on the heap.
///
/// Enter at [HttpTransport][dev.penstock.storage.http.HttpTransport], [RangeGet][dev.penstock.storage.http.RangeGet]
/// and [ReactorNettyClient][dev.penstock.storage.http.ReactorNettyClient]. Each request is sent once; nothing here
/// knows of S3, signatures or retries.
@NullMarked
package dev.penstock.storage.http;

import org.jspecify.annotations.NullMarked;
