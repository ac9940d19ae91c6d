package dev.penstock.bench.s3server;

import dev.penstock.bench.s3server.Fate.ObjectSent;
import dev.penstock.bench.s3server.Fate.RangeSent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Faults at work: the requests that came since they were injected, and what chance says of each.
///
/// A request is decided by the seed, the fault's place in the list, and the request's number alone. Threading: any
/// thread; requests are numbered in the order in which they ask.
final class FaultRun {

    private static final long FAULT_SALT = 0xBF58476D1CE4E5B9L;
    private static final long REQUEST_SALT = 0x94D049BB133111EBL;

    private final Faults faults;
    private final Pace originPace;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final Map<String, TokenBucket> prefixes = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> tokenUses = new ConcurrentHashMap<>();

    FaultRun(Faults faults) {
        this.faults = faults;
        Pace pace = Pace.unlimited();
        for (Fault fault : faults.faults()) {
            if (fault instanceof Fault.OriginRate(long bytesPerSec)) {
                pace = pace.and(bytesPerSec);
            }
        }
        this.originPace = pace;
    }

    /// The pace of a new connection: its own, and the origin's.
    Pace connectionPace() {
        Pace pace = originPace;
        for (Fault fault : faults.faults()) {
            if (fault instanceof Fault.ConnectionRate(long bytesPerSec)) {
                pace = pace.and(bytesPerSec);
            }
        }
        return pace;
    }

    long latencyNanos() {
        long nanos = 0;
        for (Fault fault : faults.faults()) {
            if (fault instanceof Fault.FirstByteLatency(var latency)) {
                nanos += latency.toNanos();
            }
        }
        return nanos;
    }

    /// Numbers a request, and says whether it is refused with 503 and why.
    Optional<FaultKind> slowDown(String key, long nowNanos) {
        long request = requests.incrementAndGet();
        for (int number = 0; number < faults.faults().size(); number++) {
            int at = number;
            switch (faults.faults().get(at)) {
                case Fault.SlowDowns(double share, int burst)
                when inBurst(at, request, share, burst) -> {
                    return Optional.of(FaultKind.SLOW_DOWN);
                }
                case Fault.PrefixRate(int perSec)
                when !prefix(at, key, perSec).take(1, nowNanos) -> {
                    return Optional.of(FaultKind.PREFIX_SLOW_DOWN);
                }
                default -> {}
            }
        }
        return Optional.empty();
    }

    /// A burst begins at any request with the chance that makes the share of requests within bursts the wanted one.
    private boolean inBurst(int fault, long request, double share, int burst) {
        double begins = 1 - Math.pow(1 - share, 1.0 / burst);
        for (long first = Math.max(1, request - burst + 1); first <= request; first++) {
            if (chance(fault, first).nextDouble() < begins) {
                return true;
            }
        }
        return false;
    }

    private TokenBucket prefix(int fault, String key, int perSec) {
        String prefix = key.substring(0, key.lastIndexOf('/') + 1);
        return prefixes.computeIfAbsent(fault + "/" + prefix, _ -> new TokenBucket(perSec, perSec));
    }

    /// Counts a use of a session token, and says whether it was one too many.
    boolean expired(String token) {
        long uses = tokenUses.computeIfAbsent(token, _ -> new AtomicLong()).incrementAndGet();
        return faults.faults().stream().anyMatch(fault -> fault instanceof Fault.TokenExpiry(long most) && uses > most);
    }

    /// Numbers a `GetObject`, and says what happens to it.
    Fate nextRead() {
        long read = reads.incrementAndGet();
        long stallNanos = 0;
        RangeSent range = RangeSent.ASKED;
        ObjectSent object = ObjectSent.STORED;
        List<BodyFault> body = new ArrayList<>();
        for (int at = 0; at < faults.faults().size(); at++) {
            SplittableRandom chance = chance(at, read);
            switch (faults.faults().get(at)) {
                case Fault.Stalls(double share, StallLength length, Fault.Stalls.Where where)
                when chance.nextDouble() < share -> {
                    long nanos = length.nanos(chance.nextDouble());
                    switch (where) {
                        case BEFORE_FIRST_BYTE -> stallNanos += nanos;
                        case MID_BODY -> body.add(new BodyFault.Pause(chance.nextDouble(), nanos));
                    }
                }
                case Fault.Resets(double share)
                when chance.nextDouble() < share -> body.add(new BodyFault.Reset(chance.nextDouble()));
                case Fault.Truncations(double share)
                when chance.nextDouble() < share -> body.add(new BodyFault.Truncation(chance.nextDouble()));
                case Fault.FlippedBytes(double share)
                when chance.nextDouble() < share -> body.add(new BodyFault.Flip(chance.nextDouble()));
                case Fault.WrongRanges(double share) when chance.nextDouble() < share -> range = RangeSent.SHIFTED;
                case Fault.ObjectReplaced(long request) when request == read -> object = ObjectSent.REPLACED;
                default -> {}
            }
        }
        return new Fate(stallNanos, range, object, body);
    }

    private SplittableRandom chance(int fault, long request) {
        return new SplittableRandom((faults.seed() + (fault + 1) * FAULT_SALT) ^ (request * REQUEST_SALT));
    }
}
