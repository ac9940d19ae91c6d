package dev.penstock.bench.s3server;

import java.util.Comparator;
import java.util.List;

/// What will happen to the answer of one `GetObject`.
///
/// @param stallNanos before the first byte, beyond the latency that every request has
/// @param range which bytes are sent
/// @param object which state of the object is sent
/// @param body what goes wrong in the body, in ascending order of place
record Fate(long stallNanos, RangeSent range, ObjectSent object, List<BodyFault> body) {

    /// Which bytes are sent.
    enum RangeSent {
        ASKED,
        /// One byte off.
        SHIFTED
    }

    /// Which state of the object is sent.
    enum ObjectSent {
        STORED,
        /// A new one, which takes the old one's place.
        REPLACED
    }

    Fate {
        body = body.stream()
                .sorted(Comparator.comparingDouble(BodyFault::place))
                .toList();
    }
}
