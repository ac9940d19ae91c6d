package dev.penstock.tier;

import java.time.Duration;
import java.util.Optional;

/// How far a cache is on its way to be as full as it can be: of its disk tier, or of its RAM where that holds more.
///
/// @param bytes held of blocks that jobs need at some step of their runs
/// @param targetBytes the size of all such blocks, or the budget where that is less; `bytes` once the tier is full
/// @param bytesPerSec how fast it fills at present
public record WarmUp(long bytes, long targetBytes, double bytesPerSec) {

    public boolean isComplete() {
        return bytes >= targetBytes;
    }

    /// Time left at the present rate; empty when nothing is filling.
    public Optional<Duration> remaining() {
        if (isComplete()) {
            return Optional.of(Duration.ZERO);
        }
        return bytesPerSec > 0
                ? Optional.of(Duration.ofMillis(Math.round((targetBytes - bytes) / bytesPerSec * 1e3)))
                : Optional.empty();
    }
}
