package dev.penstock.daemon.client;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.protocol.AttachReply;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.Position;
import dev.penstock.daemon.protocol.Request;
import dev.penstock.daemon.protocol.Start;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RetryableException;
import dev.penstock.loader.BatchFlux;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.LoaderCounters;
import dev.penstock.loader.LoaderState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import tools.jackson.databind.node.ObjectNode;

/// A loader that a daemon runs: batches are read where the daemon decoded them, without a copy.
///
/// When the daemon is gone, what was delivered stays readable; the loader says so in the log, connects again as its
/// [ReconnectPolicy] says, and goes on with the batch after the last one that was taken: nothing is lost or repeated.
/// When its patience ends, the batch whose turn it is fails with a [RetryableException].
///
/// Ownership: the caller closes every batch, then the loader; closing reaps batches that were never closed, and using
/// one afterwards throws. Threading: any thread may open a stream, one at a time.
public final class RemoteLoader implements BatchSource {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteLoader.class);

    private final Path socket;
    private final AttachRequest request;
    private final ReconnectPolicy policy;
    private final Duration holding;
    private final AttachReply attached;
    private final DeliveryMeter meter = new DeliveryMeter();

    /// Sessions before the present one, whose batches may still be held.
    private final List<Session> past = new ArrayList<>();

    private Session session;
    private @Nullable RemoteFeed feed;
    private @Nullable LoaderCounters lastOfStream;
    private boolean closed;

    private RemoteLoader(
            Path socket,
            AttachRequest request,
            ReconnectPolicy policy,
            Duration holding,
            Session session,
            AttachReply attached) {
        this.socket = socket;
        this.request = request;
        this.policy = policy;
        this.holding = holding;
        this.session = session;
        this.attached = attached;
    }

    /// Attaches to the daemon that listens at `socket`.
    ///
    /// Fails with a [RetryableException] when there is none, and as the daemon says when it refuses: a dataset that is
    /// not there, options that cannot work, a rank that is taken, memory that does not suffice.
    public static RemoteLoader attach(Path socket, AttachRequest request, ReconnectPolicy policy) {
        return attach(socket, request, policy, Session.HOLDING);
    }

    /// @param holding how long batches may be held while the next one is waited for, before the daemon is asked whether
    ///     it can come
    static RemoteLoader attach(Path socket, AttachRequest request, ReconnectPolicy policy, Duration holding) {
        try {
            Session session = Session.open(socket, holding);
            try {
                return new RemoteLoader(socket, request, policy, holding, session, session.attach(request));
            } catch (IOException | InterruptedException | RuntimeException failed) {
                session.close();
                throw failed;
            }
        } catch (IOException absent) {
            throw gone(socket, absent, "start one with `penstock serve`, or name its socket");
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    private static RetryableException gone(Path socket, IOException cause, String remedy) {
        return new RetryableException(
                FailureMessage.of("reaching the daemon")
                        .with("socket", socket)
                        .with("found", cause.getMessage())
                        .remedy(remedy),
                cause);
    }

    private static IllegalStateException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for the daemon", cause);
    }

    /// What the daemon said of the run.
    public AttachReply attached() {
        return attached;
    }

    @Override
    public Flux<Batch> batches() {
        return BatchFlux.of(this::openFeed);
    }

    @Override
    public BatchIterator iterator() {
        return new BatchIterator(openFeed());
    }

    private synchronized RemoteFeed openFeed() {
        if (closed || feed != null) {
            throw new IllegalStateException(
                    closed ? "the loader is closed" : "a loader has one stream at a time; close the other one first");
        }
        RemoteFeed opened = new RemoteFeed(this, start());
        feed = opened;
        return opened;
    }

    private Position start() {
        return new Position(attached.start(), attached.localRanks().getFirst());
    }

    synchronized Session session() {
        return session;
    }

    DeliveryMeter meter() {
        return meter;
    }

    List<Integer> ranks() {
        return attached.localRanks();
    }

    /// Gives back what was not delivered. The next stream has a session of its own.
    synchronized void feedClosed() {
        feed = null;
        try {
            lastOfStream = streamCounters(session);
        } catch (IOException | RuntimeException gone) {
            LOG.debug("counters are those of an earlier moment: {}", gone.getMessage());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
        }
        session.close();
        past.forEach(Session::close);
        past.removeIf(earlier -> earlier.held() == 0);
    }

    /// A session in the place of one that cannot be used any more, attached at the step that is needed next.
    synchronized Session replace(Session broken) throws InterruptedException {
        if (session != broken) {
            return session;
        }
        if (closed) {
            throw new IllegalStateException("the loader is closed");
        }
        past.add(broken);
        session = connectAgain(broken.lossCause());
        return session;
    }

    /// Waits with the lock released, so that the loader can be closed meanwhile.
    private synchronized Session connectAgain(@Nullable IOException lost) throws InterruptedException {
        long deadline = System.nanoTime() + policy.patience().toNanos();
        IOException reason = lost;
        if (reason != null) {
            LOG.warn("the daemon is gone: socket={}, found={}; connecting again", socket, reason.getMessage());
        }
        for (Duration wait = policy.firstWait(); ; wait = policy.waitAfter(wait)) {
            if (reason != null) {
                if (deadline - System.nanoTime() <= 0) {
                    throw gone(socket, reason, "start it again with `penstock serve`; this run resumes where it is");
                }
                wait(Math.max(1, wait.toMillis()));
                if (closed) {
                    throw new IllegalStateException("the loader is closed");
                }
            }
            try {
                return connect();
            } catch (IOException absent) {
                reason = absent;
            } catch (RetryableException busy) {
                reason = new IOException(busy.getMessage(), busy);
            }
        }
    }

    private Session connect() throws IOException, InterruptedException {
        Session fresh = Session.open(socket, holding);
        try {
            Position next = feed == null ? start() : feed.next();
            fresh.attach(request.withStart(new Start.AtStep(next.step())));
            requireSameRun(fresh);
            return fresh;
        } catch (IOException | InterruptedException | RuntimeException failed) {
            fresh.close();
            throw failed;
        }
    }

    /// The dataset may have been indexed anew while the daemon was away.
    private void requireSameRun(Session fresh) throws IOException, InterruptedException {
        LoaderState now = state(fresh, attached.start());
        if (!now.equals(attached.state())) {
            throw new ConfigurationException(FailureMessage.of("going on after the daemon was away")
                    .with("before", attached.state().toJson())
                    .with("now", now.toJson())
                    .remedy("begin the run anew: its data has changed"));
        }
    }

    @Override
    public long stepCount() {
        return attached.stepCount();
    }

    @Override
    public LoaderState state(long nextStep) {
        return ask(current -> state(current, nextStep));
    }

    private static LoaderState state(Session session, long step) throws IOException, InterruptedException {
        ObjectNode reply = session.request(new Request.State(step), "asking for the state of a step");
        return LoaderState.parse(reply.path("state").toString());
    }

    /// The daemon keeps it under the job's name.
    @Override
    public void commit(long nextStep) {
        ask(current -> current.request(new Request.Commit(nextStep), "committing"));
    }

    /// What this client was delivered, and how the stream behind it does; the latter as of the end of the last stream
    /// where none is open.
    @Override
    public LoaderCounters counters() {
        LoaderCounters ended;
        synchronized (this) {
            ended = feed == null ? lastOfStream : null;
        }
        return meter.counters(ended == null ? ask(RemoteLoader::streamCounters) : ended);
    }

    private static LoaderCounters streamCounters(Session session) throws IOException, InterruptedException {
        ObjectNode reply = session.request(Request.Ask.STATS, "asking for counters");
        return Json.read(reply.path("loader"), LoaderCounters.class);
    }

    /// What is asked of a session, and asked again of the next one when it breaks.
    private interface Question<T> {
        T put(Session session) throws IOException, InterruptedException;
    }

    private <T> T ask(Question<T> question) {
        try {
            Session current = session();
            while (true) {
                try {
                    return question.put(current);
                } catch (IOException gone) {
                    current = replace(current);
                }
            }
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    @Override
    public synchronized int leasedSlots() {
        int held = session.held();
        for (Session earlier : past) {
            held += earlier.held();
        }
        return held;
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        session.reap();
        past.forEach(Session::reap);
        past.clear();
    }
}
