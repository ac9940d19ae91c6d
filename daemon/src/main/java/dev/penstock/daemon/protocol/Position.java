package dev.penstock.daemon.protocol;

import java.util.List;

/// A place in the order of delivery: by step, and within a step by rank.
public record Position(long step, int rank) implements Comparable<Position> {

    /// What follows, where `ranks` are delivered.
    public Position next(List<Integer> ranks) {
        int index = ranks.indexOf(rank);
        return index + 1 < ranks.size()
                ? new Position(step, ranks.get(index + 1))
                : new Position(step + 1, ranks.getFirst());
    }

    @Override
    public int compareTo(Position other) {
        return step == other.step ? Integer.compare(rank, other.rank) : Long.compare(step, other.step);
    }
}
