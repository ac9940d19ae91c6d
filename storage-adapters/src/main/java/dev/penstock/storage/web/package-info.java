/// Objects behind a web server, as `http:` and `https:` URIs: ranges are read, nothing is listed or written.
///
/// Enter through [ObjectStores][dev.penstock.store.ObjectStores] with such a URI. What a URI carries behind its `?`
/// goes out with every request and is shown nowhere. This package neither caches blocks nor retries.
@NullMarked
package dev.penstock.storage.web;

import org.jspecify.annotations.NullMarked;
