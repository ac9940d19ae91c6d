package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RankLostException;

/// A rank that will not come to the next collective call, and what is known of why.
///
/// @param host of that rank, by the name it has there
/// @param found for a person to read
record RankLoss(int rank, String host, Kind kind, String found) {

    enum Kind {
        /// Its process ended, or its host is gone.
        DIED,
        /// It is connected and says nothing: stopped, or on a host that is gone.
        SILENT,
        /// It said what stopped it.
        FAILED,
        /// It said that what it was asked to do is refused.
        REFUSED,
        /// It left as a rank does at its end; a loss only for those who still wait for it.
        LEFT
    }

    static RankLoss left(int rank, String host) {
        return new RankLoss(rank, host, Kind.LEFT, "it left while others still wait for it");
    }

    /// The failure that every other rank ends with.
    PenstockException exception(int here) {
        FailureMessage message = FailureMessage.of("another rank")
                .with("rank", rank)
                .with("host", host)
                .with("found", found)
                .with("seenByRank", here);
        return switch (kind) {
            case REFUSED -> new ConfigurationException(message);
            case DIED, SILENT ->
                new RankLostException(
                        message.remedy("all ranks stop; the run continues from its last checkpoint with as many ranks"
                                + " as are started"));
            case FAILED, LEFT -> new RankLostException(message.remedy("all ranks stop; its own output says more"));
        };
    }
}
