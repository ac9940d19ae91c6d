package dev.penstock.daemon.server;

import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.AttachRequest.Sharing;
import dev.penstock.daemon.protocol.Position;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// The streams of a daemon: finds the one that a client can share, and begins one where there is none.
///
/// Threading: any thread. Clients with one plan find or begin their stream one after the other, so that trials started
/// together share; others do not wait for them, unless their keys happen to meet in one lock.
final class Streams {

    /// Opening a stream may wait for a slow origin, so few clients should meet; a lock costs nothing.
    private static final int OPENING_LOCKS = 64;

    private final StreamResources resources;
    private final JobOptions options;
    private final List<SharedStream> streams = new CopyOnWriteArrayList<>();
    private final List<ReentrantLock> openings =
            Stream.generate(ReentrantLock::new).limit(OPENING_LOCKS).toList();

    Streams(StreamResources resources, JobOptions options) {
        this.resources = resources;
        this.options = options;
    }

    /// Opens the dataset a client asks for; [#attach] takes it over.
    StreamPlan plan(AttachRequest request) {
        return StreamPlan.open(request, options);
    }

    /// Gives a client its place in a stream from `from` on. The plan belongs to the stream, or is closed.
    StreamReader attach(StreamPlan plan, AttachRequest request, Attachment client, Position from) {
        ReentrantLock opening = openings.get(Math.floorMod(plan.key().hashCode(), OPENING_LOCKS));
        opening.lock();
        try {
            if (request.sharing() == Sharing.SHARED) {
                for (SharedStream stream : streams) {
                    StreamReader reader = isShared(stream, plan) ? stream.join(client, from) : null;
                    if (reader != null) {
                        plan.close();
                        return reader;
                    }
                }
            }
            return begin(plan, request, client, from);
        } finally {
            opening.unlock();
        }
    }

    private static boolean isShared(SharedStream stream, StreamPlan plan) {
        return stream.sharing() == Sharing.SHARED && stream.plan().key().equals(plan.key());
    }

    private StreamReader begin(StreamPlan plan, AttachRequest request, Attachment client, Position from) {
        try {
            SharedStream stream = SharedStream.open(
                    plan,
                    from.step(),
                    request.sharing(),
                    request.slotBytes().orElse(resources.config().streamSlotBytes()),
                    resources,
                    this::moveLater,
                    streams::remove);
            streams.add(stream);
            return stream.begin(client, from);
        } catch (RuntimeException refused) {
            plan.close();
            throw refused;
        }
    }

    /// Opening a stream takes a while, which the one who noticed does not have.
    private void moveLater(StreamReader laggard) {
        Thread.ofPlatform().daemon().name("penstock-move").start(() -> move(laggard));
    }

    private void move(StreamReader laggard) {
        Attachment client = laggard.client;
        try {
            StreamPlan plan = plan(client.request());
            if (!plan.key().equals(laggard.stream.plan().key())) {
                plan.close();
                throw new ConfigurationException(FailureMessage.of("going on in a stream of its own")
                        .with("found", "the dataset was indexed anew")
                        .remedy("attach again"));
            }
            client.continueIn(attach(plan, client.request(), client, client.position()));
        } catch (RuntimeException refused) {
            client.end(new Ending.Failed(Refusal.of(refused)));
        }
    }

    List<SharedStream> all() {
        return List.copyOf(streams);
    }
}
