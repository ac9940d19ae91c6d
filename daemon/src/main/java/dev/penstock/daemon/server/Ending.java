package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.Refusal;

/// What follows the last batch of a stream.
sealed interface Ending {

    /// The run has ended.
    record Completed(long step) implements Ending {}

    /// The next batch cannot be had.
    record Failed(Refusal reason) implements Ending {}
}
