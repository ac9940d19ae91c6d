package dev.penstock.bench.s3server;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/// Everything that goes wrong with a server, by the numbers of a seed.
///
/// What happens to a request depends on the seed and on how many requests came before it, so a run whose requests come
/// in the same order is repeated exactly. Faults of one kind may be listed more than once; they add up.
public record Faults(long seed, List<Fault> faults) implements Serializable {

    public Faults {
        faults = List.copyOf(faults);
    }

    public static Faults none() {
        return new Faults(0, List.of());
    }

    public static Faults of(long seed, Fault... faults) {
        return new Faults(seed, List.of(faults));
    }

    /// These faults and one more.
    public Faults and(Fault fault) {
        List<Fault> more = new ArrayList<>(faults);
        more.add(fault);
        return new Faults(seed, more);
    }
}
