package dev.penstock.daemon.server;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The clients of a stream, each at its own place. Guarded by the stream's lock.
final class StreamReaders {

    private final List<StreamReader> readers = new ArrayList<>();

    void add(StreamReader reader) {
        readers.add(reader);
    }

    void remove(StreamReader reader) {
        readers.remove(reader);
    }

    boolean contains(StreamReader reader) {
        return readers.contains(reader);
    }

    boolean isEmpty() {
        return readers.isEmpty();
    }

    int count() {
        return readers.size();
    }

    void forEach(Consumer<StreamReader> action) {
        readers.forEach(action);
    }

    /// Removes those that a batch is announced to next.
    List<StreamReader> removeAt(long number) {
        List<StreamReader> removed = new ArrayList<>();
        for (StreamReader reader : List.copyOf(readers)) {
            if (reader.cursor == number) {
                readers.remove(reader);
                removed.add(reader);
            }
        }
        return removed;
    }

    /// Number of the batch that the fastest client is announced next; `least` where there is none.
    long fastest(long least) {
        long fastest = least;
        for (StreamReader reader : readers) {
            fastest = Math.max(fastest, reader.cursor);
        }
        return fastest;
    }

    /// Number of the batch that the slowest client is announced next; `most` where there is none.
    long slowest(long most) {
        long slowest = most;
        for (StreamReader reader : readers) {
            slowest = Math.min(slowest, reader.cursor);
        }
        return slowest;
    }

    /// Whether a client waits for a batch and may have it.
    boolean isWanted(long number, long shareBytes) {
        for (StreamReader reader : readers) {
            if (reader.cursor == number && reader.client.hasRoom(shareBytes)) {
                return true;
            }
        }
        return false;
    }

    /// Fails where no client will give anything back: all that is held is held by those that wait for the next batch.
    ///
    /// @param asking the one that is told
    /// @param held batches announced and not released, counted for each client
    /// @param neededBytes without which the loader has no next batch
    void requireOneThatReleases(StreamReader asking, int held, long neededBytes, long slotBytes) {
        Attachment client = asking.client;
        int heldByWaiting = 0;
        for (StreamReader reader : readers) {
            heldByWaiting += reader.client.isWaiting() ? reader.client.heldIn(reader.stream) : 0;
        }
        if (heldByWaiting < held || client.heldIn(asking.stream) == 0) {
            return;
        }
        // Slots are leased first fit: with room for twice as much, what is held leaves a gap that is large enough.
        long sufficientBytes = 2 * (client.heldBytes() + neededBytes);
        throw new ResourceExhaustedException(FailureMessage.of("waiting for a batch")
                .with("held", client.heldCount())
                .with("heldBytes", client.heldBytes())
                .with("neededBytes", neededBytes)
                .with("slotBytes", slotBytes)
                .remedy("give batches back before the next one is asked for, or attach with \"slots\" of "
                        + sufficientBytes + ", which is --slots of `penstock serve`"));
    }
}
