package dev.penstock.fetch;

import java.time.Duration;

/// What a [ScriptedStore] does with one request.
///
/// @param firstByte time to the first byte
/// @param body time for the whole target, had it been empty
/// @param fault what goes wrong
/// @param faultAt before which part of the bytes asked for, from 0 to 1
/// @param stall how long a stalled response is silent
/// @param retryAfter how long a refusal asks not to be asked again
record Response(Duration firstByte, Duration body, Fault fault, double faultAt, Duration stall, Duration retryAfter) {

    enum Fault {
        NONE,
        STALL,
        RESET,
        THROTTLE,
        WRONG_ANSWER,
        FATAL
    }

    static Response served() {
        return new Response(Duration.ofMillis(100), Duration.ofMillis(93), Fault.NONE, 0, Duration.ZERO, Duration.ZERO);
    }

    static Response stalled(double at, Duration stall) {
        return new Response(Duration.ofMillis(100), Duration.ofMillis(93), Fault.STALL, at, stall, Duration.ZERO);
    }

    static Response failed(Fault fault, double at) {
        return new Response(Duration.ofMillis(100), Duration.ofMillis(93), fault, at, Duration.ZERO, Duration.ZERO);
    }

    Response withBody(Duration time) {
        return new Response(firstByte, time, fault, faultAt, stall, retryAfter);
    }

    Response withFirstByte(Duration time) {
        return new Response(time, body, fault, faultAt, stall, retryAfter);
    }

    Response withRetryAfter(Duration time) {
        return new Response(firstByte, body, fault, faultAt, stall, time);
    }
}
