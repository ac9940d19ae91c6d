package dev.penstock.daemon.stats;

import dev.penstock.loader.LoaderCounters;
import dev.penstock.memory.SlotUse;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;

/// One stream of batches, which one client reads or several share.
///
/// @param stream its number, which another stream may have once this one has ended
/// @param dataset digest of what it reads
/// @param access `shared` or `exclusive`
/// @param clients that read it
/// @param step of the batch that is taken next
/// @param steps first step of the run that is not delivered; empty when it is endless
/// @param slotBytes of its memory
/// @param slotUse what batches take of it, kept, held or on their way
/// @param age since it was begun
/// @param options of its clients
/// @param loader what its loader has done
public record StreamStats(
        int stream,
        String dataset,
        String access,
        int clients,
        long step,
        OptionalLong steps,
        long slotBytes,
        SlotUse slotUse,
        Duration age,
        Map<String, String> options,
        LoaderCounters loader) {

    public StreamStats {
        options = Map.copyOf(options);
    }
}
