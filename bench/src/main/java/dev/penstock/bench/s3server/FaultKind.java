package dev.penstock.bench.s3server;

/// What faults are counted as.
public enum FaultKind {
    STALL,
    /// 503 in a burst.
    SLOW_DOWN,
    /// 503 because a prefix was asked too often.
    PREFIX_SLOW_DOWN,
    RESET,
    TRUNCATION,
    FLIPPED_BYTE,
    WRONG_RANGE,
    REPLACED_OBJECT,
    EXPIRED_TOKEN
}
