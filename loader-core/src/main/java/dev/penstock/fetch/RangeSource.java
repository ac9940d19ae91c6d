package dev.penstock.fetch;

import reactor.core.publisher.Mono;

/// A stage that ranges come from: the store, or something in front of it.
@FunctionalInterface
interface RangeSource {

    /// Fills the request's target, or fails and leaves what has arrived in it.
    ///
    /// The work begins at subscription and never blocks the subscriber; every subscription asks for what the target is
    /// missing then. A cancel ends the requests. Whoever made the target closes it, and until then a request that was
    /// ended may still write the range's bytes to it.
    Mono<Void> read(RangeRequest request);
}
