package dev.penstock.daemon.server;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers that streams are told apart by: the lowest that is free, so that a daemon that runs for months does not use
/// ever new ones. Threading: any thread.
final class StreamNumbers {

    private final Map<SharedStream, Integer> numbers = new HashMap<>();
    private final BitSet taken = new BitSet();

    /// The number of each stream that runs; those of others are free from now on.
    synchronized Map<SharedStream, Integer> of(List<SharedStream> running) {
        numbers.entrySet().removeIf(gone -> {
            boolean ended = !running.contains(gone.getKey());
            if (ended) {
                taken.clear(gone.getValue());
            }
            return ended;
        });
        for (SharedStream stream : running) {
            numbers.computeIfAbsent(stream, _ -> {
                int number = taken.nextClearBit(0);
                taken.set(number);
                return number;
            });
        }
        return Map.copyOf(numbers);
    }
}
