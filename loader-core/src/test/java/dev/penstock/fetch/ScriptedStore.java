package dev.penstock.fetch;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.error.ThrottledException;
import dev.penstock.error.WrongAnswerException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ReadTarget;
import dev.penstock.tier.Deadline;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/// A store on virtual time, whose responses a test decides; an object's bytes follow from its key.
final class ScriptedStore implements RangeSource {

    static final int RANGE_BYTES = 1 << 10;

    private static final int PIECES = 16;

    final List<String> keys = new ArrayList<>();
    int inFlight;
    int mostInFlight;

    /// Requests whose bodies together fill the path; more share it.
    double pathConnections = Double.POSITIVE_INFINITY;

    private int bodies;

    private final FetchClock clock;
    private final IntFunction<Response> script;

    /// @param script the response to each request, counted from 0
    ScriptedStore(FetchClock clock, IntFunction<Response> script) {
        this.clock = clock;
        this.script = script;
    }

    /// The object's first bytes, as many as fit into the memory.
    static RangeRequest request(String key, Deadline deadline, byte[] memory) {
        ReadTarget target = new ReadTarget(MemorySegment.ofArray(memory));
        return new RangeRequest(new ObjectMetadata(key, 1 << 20, ""), 0, target, deadline);
    }

    static Deadline in(FetchClock clock, Duration time) {
        long due = clock.nanos() + time.toNanos();
        return () -> due - clock.nanos();
    }

    static byte[] bytes(String key, long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (key.hashCode() + (offset + i) * 31 + ((offset + i) >>> 8));
        }
        return bytes;
    }

    int requests() {
        return keys.size();
    }

    @Override
    public Mono<Void> read(RangeRequest request) {
        return Mono.create(sink -> {
            Response response = script.apply(keys.size());
            keys.add(request.object().key());
            request.onSent().run();
            mostInFlight = Math.max(mostInFlight, ++inFlight);
            Sending sending = new Sending(request, response, sink);
            sink.onDispose(sending);
            sending.schedule(response.firstByte().toNanos());
        });
    }

    private final class Sending implements Disposable {

        private final RangeRequest request;
        private final Response response;
        private final MonoSink<Void> sink;
        private final Disposable.Swap timer = Disposables.swap();
        private final long from;
        private final long missing;
        private long position;
        private boolean faultIsPast;
        private boolean inBody;
        private boolean ended;

        Sending(RangeRequest request, Response response, MonoSink<Void> sink) {
            this.request = request;
            this.response = response;
            this.sink = sink;
            this.from = request.target().filledBytes();
            this.missing = request.missingBytes();
            this.position = from;
        }

        void schedule(long nanos) {
            // Without a delay the task would run within this call, before its own timer is known.
            timer.update(clock.after(Math.max(1, nanos), this::next));
        }

        private void next() {
            if (!faultIsPast && position - from >= (long) (response.faultAt() * missing)) {
                faultIsPast = true;
                inBody(response.fault() == Response.Fault.NONE);
                switch (response.fault()) {
                    case NONE -> {}
                    case STALL -> {
                        schedule(response.stall().toNanos());
                        return;
                    }
                    case RESET -> {
                        fail(new RetryableException(FailureMessage.of("scripted read"), null, response.retryAfter()));
                        return;
                    }
                    case THROTTLE -> {
                        fail(new ThrottledException(FailureMessage.of("scripted read"), null, response.retryAfter()));
                        return;
                    }
                    case WRONG_ANSWER -> {
                        fail(new WrongAnswerException(FailureMessage.of("scripted read")));
                        return;
                    }
                    case FATAL -> {
                        fail(new CorruptDataException(FailureMessage.of("scripted read")));
                        return;
                    }
                }
            }
            inBody(true);
            ReadTarget target = request.target();
            int length = (int) Math.min(Math.max(1, target.sizeBytes() / PIECES), target.sizeBytes() - position);
            boolean wanted = target.write(
                    position, ByteBuffer.wrap(bytes(request.object().key(), request.offsetBytes() + position, length)));
            position += length;
            if (wanted && position < target.sizeBytes()) {
                double share = Math.max(1, bodies / pathConnections);
                schedule((long) (share * response.body().toNanos() / PIECES));
            } else {
                end();
                sink.success();
            }
        }

        private void inBody(boolean now) {
            bodies += (now ? 1 : 0) - (inBody ? 1 : 0);
            inBody = now;
        }

        private void fail(Throwable failure) {
            end();
            sink.error(failure);
        }

        private void end() {
            if (!ended) {
                ended = true;
                inFlight--;
                inBody(false);
            }
        }

        @Override
        public void dispose() {
            timer.dispose();
            end();
        }
    }
}
