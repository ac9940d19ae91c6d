package dev.penstock.bench.s3server;

import java.io.Serializable;
import java.time.Duration;

/// One thing that goes wrong, and how often.
///
/// A share is of the responses that can have the fault: of all requests for refusals, of `GetObject` for the rest.
public sealed interface Fault extends Serializable {

    /// Every request is answered this much later.
    record FirstByteLatency(Duration latency) implements Fault {}

    /// No connection sends faster than this.
    record ConnectionRate(long bytesPerSec) implements Fault {
        public ConnectionRate {
            requirePositive(bytesPerSec);
        }
    }

    /// All connections together send no faster than this.
    record OriginRate(long bytesPerSec) implements Fault {
        public OriginRate {
            requirePositive(bytesPerSec);
        }
    }

    /// Some responses stand still, once each.
    record Stalls(double share, StallLength length, Where where) implements Fault {

        /// Where in a response it stands still.
        public enum Where {
            BEFORE_FIRST_BYTE,
            /// At a place in the body that chance says.
            MID_BODY
        }

        public Stalls {
            requireShare(share);
        }
    }

    /// 503 SlowDown, for `burst` requests in a row.
    ///
    /// @param share of all requests that are refused, in the long run
    record SlowDowns(double share, int burst) implements Fault {
        public SlowDowns {
            requireShare(share);
            requirePositive(burst);
        }
    }

    /// 503 SlowDown for what exceeds this rate among requests for keys of one prefix (the key up to its last slash), as
    /// S3 does it; a second's worth may come at once.
    record PrefixRate(int requestsPerSec) implements Fault {
        public PrefixRate {
            requirePositive(requestsPerSec);
        }
    }

    /// The connection is reset in the middle of some bodies.
    record Resets(double share) implements Fault {
        public Resets {
            requireShare(share);
        }
    }

    /// Some bodies end, and their connection with them, before the promised length.
    record Truncations(double share) implements Fault {
        public Truncations {
            requireShare(share);
        }
    }

    /// One byte is wrong in some bodies.
    record FlippedBytes(double share) implements Fault {
        public FlippedBytes {
            requireShare(share);
        }
    }

    /// Some ranges are answered one byte off, with the `Content-Range` of what is sent instead of what was asked.
    record WrongRanges(double share) implements Fault {
        public WrongRanges {
            requireShare(share);
        }
    }

    /// The object is replaced by one of other bytes, the same length and another ETag before one `GetObject` is
    /// answered.
    ///
    /// @param request the number of that request, from 1
    record ObjectReplaced(long request) implements Fault {
        public ObjectReplaced {
            requirePositive(request);
        }
    }

    /// A session token expires.
    ///
    /// @param requests how many requests each token is good for
    record TokenExpiry(long requests) implements Fault {
        public TokenExpiry {
            requirePositive(requests);
        }
    }

    private static void requireShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a share must be from 0 to 1, not " + share);
        }
    }

    private static void requirePositive(long value) {
        if (value < 1) {
            throw new IllegalArgumentException("must be at least 1, not " + value);
        }
    }
}
