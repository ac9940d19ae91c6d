package dev.penstock.daemon.client;

import static java.util.Objects.requireNonNull;

import dev.penstock.batch.Batch;
import dev.penstock.daemon.client.Inbox.Arrived;
import dev.penstock.daemon.protocol.AttachReply;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Frame;
import dev.penstock.daemon.protocol.FrameReader;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.FrameWriter;
import dev.penstock.daemon.protocol.Hello;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.MalformedFrameException;
import dev.penstock.daemon.protocol.Refusal;
import dev.penstock.daemon.protocol.Request;
import dev.penstock.daemon.socket.LocalSocket;
import dev.penstock.daemon.socket.PeerCredentials;
import dev.penstock.daemon.socket.SocketBusyException;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One connection to a daemon: greeting, requests and their replies, and batches as they are announced.
///
/// There is no thread behind it: whoever waits for something reads the socket, and hands what is another one's to them.
/// A consumer therefore has a batch as soon as its frame is there.
///
/// Ownership: the opener closes, which gives back what was announced and not taken; batches that were taken stay
/// readable until they are closed or [#reap()]ed. Threading: any thread. Errors: [IOException] when the daemon is gone;
/// everything after it fails the same way.
final class Session implements AutoCloseable {

    /// How long a thread in a read may be deaf to an interrupt or a close.
    private static final Duration LOOK_UP = Duration.ofMillis(100);

    /// How long a question may take that the daemon answers from memory; an attach may wait for a store.
    private static final Duration PROMPT = Duration.ofSeconds(10);

    private static final Duration WITHOUT_BOUND = Duration.ofDays(365);

    /// How long other threads of this process may hold batches while one waits for the next, giving none back, until
    /// the daemon is asked whether that can end well. Longer than a step of any trainer that holds two batches on
    /// purpose.
    static final Duration HOLDING = Duration.ofSeconds(30);

    private static final long[] NONE = {};

    private final LocalSocket socket;
    private final Duration holding;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final Inbox inbox;
    private final Returned returned = new Returned();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private @Nullable IOException lost;
    private int credits;
    private boolean reading;
    private boolean closed;
    private long requests;
    private int held;
    private long released;

    private Session(LocalSocket socket, Duration holding) {
        this.socket = socket;
        this.holding = holding;
        this.reader = new FrameReader(socket::receive);
        this.writer = new FrameWriter(socket::send);
        this.inbox = new Inbox(socket);
    }

    /// Connects and greets. A daemon that refuses is a [dev.penstock.error.PenstockException]; one that is not there is
    /// an [IOException].
    ///
    /// @param holding how long batches may be held while the next one is waited for, before the daemon is asked
    static Session open(Path path, Duration holding) throws IOException {
        Session session = new Session(LocalSocket.connect(path), holding);
        try {
            session.greet();
            return session;
        } catch (IOException | RuntimeException refused) {
            session.close();
            throw refused;
        }
    }

    private void greet() throws IOException {
        PeerCredentials peer = socket.peer();
        if (!peer.isUserOrRoot(PeerCredentials.ownUserId())) {
            throw new ConfigurationException(FailureMessage.of("connecting to the daemon")
                    .with("servedBy", "user " + peer.userId())
                    .remedy("name the socket of a daemon of your own"));
        }
        // Whoever listens may be something else, which waits for a word of ours that never comes.
        socket.receiveTimeout(PROMPT);
        writer.write(Hello.ofThisVersion());
        Frame answer = reader.next();
        if (answer == null) {
            throw new IOException("the daemon closed the connection");
        }
        if (answer.type() == FrameType.REFUSED) {
            throw Refusal.parse(Json.parse(answer.bytes())).exception("connecting to the daemon");
        }
        if (answer.type() != FrameType.WELCOME) {
            throw new MalformedFrameException(answer.type() + " frame in place of WELCOME");
        }
        socket.receiveTimeout(LOOK_UP);
    }

    /// Attaches; batches come from now on.
    AttachReply attach(AttachRequest request) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            credits = request.credits();
        } finally {
            lock.unlock();
        }
        return AttachReply.parse(request(new Request.Attach(request), "attaching to the daemon", WITHOUT_BOUND));
    }

    /// Sends a request and waits for its reply; an error in it is thrown.
    ///
    /// @param what is being done, for the message of a failure
    ObjectNode request(Request request, String what) throws IOException, InterruptedException {
        return request(request, what, PROMPT);
    }

    private ObjectNode request(Request request, String what, Duration patience)
            throws IOException, InterruptedException {
        long id;
        lock.lockInterruptibly();
        try {
            id = ++requests;
        } finally {
            lock.unlock();
        }
        tellReturned();
        ObjectNode json = request.toJson().put(Request.ID, id);
        writer.write(FrameType.REQUEST, Json.bytes(json));
        ObjectNode reply = await(() -> inbox.takeReply(id), patience);
        if (reply.get("error") != null) {
            throw Refusal.parse(reply.get("error")).exception(what);
        }
        return reply;
    }

    /// Waits for the next batch; null at the end of the run. Throws the stream's failure in its turn, and a
    /// [dev.penstock.error.ResourceExhaustedException] where batches that are held keep it from coming.
    @Nullable
    Batch take() throws IOException, InterruptedException {
        while (true) {
            long releasedBefore = released();
            Next next = tryAwait(this::next, holding);
            if (next != null) {
                return next.batch;
            }
            if (held() > 0 && released() == releasedBefore) {
                requireProspect();
            }
        }
    }

    /// Fails where the daemon says that batches which are held keep the next one from coming, unless it has sent
    /// something meanwhile: the question was then answered for a moment that is over.
    private void requireProspect() throws IOException, InterruptedException {
        try {
            request(Request.Ask.WAIT, "waiting for a batch");
        } catch (ResourceExhaustedException full) {
            if (!hasNext()) {
                throw full;
            }
        }
    }

    private boolean hasNext() {
        lock.lock();
        try {
            return inbox.hasBatch() || inbox.isEnded() || inbox.failure() != null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Next next() {
        Arrived first = inbox.takeBatch();
        if (first != null) {
            held++;
            long slotBytes = first.slot().byteSize();
            Release release = new Release(this, first.segment(), first.batch().ticket(), slotBytes);
            return new Next(first.toBatch(inbox.requireAttached(), release));
        }
        Refusal failure = inbox.failure();
        if (failure != null) {
            throw failure.exception("reading from the daemon");
        }
        return inbox.isEnded() ? Next.NOTHING : null;
    }

    private long released() {
        lock.lock();
        try {
            return released;
        } finally {
            lock.unlock();
        }
    }

    private record Next(@Nullable Batch batch) {
        static final Next NOTHING = new Next(null);
    }

    /// Takes a batch back that was taken here.
    void release(MappedSegment segment, long ticket, long slotBytes) {
        boolean tell;
        lock.lock();
        try {
            held--;
            released++;
            segment.release();
            returned.add(ticket, slotBytes);
            tell = !inbox.hasBatch() || returned.isDue(credits, segment.sizeBytes());
        } finally {
            lock.unlock();
        }
        if (tell) {
            tellReturned();
        }
    }

    /// Gives back to the daemon what was released here and is kept to go together.
    private void tellReturned() {
        long[] tickets;
        lock.lock();
        try {
            tickets = closed || lost != null ? NONE : returned.takeAll();
        } finally {
            lock.unlock();
        }
        if (tickets.length > 0) {
            try {
                writer.release(tickets);
            } catch (IOException gone) {
                // Whoever takes the next batch learns it; the daemon that is gone holds nothing.
                socket.close();
            }
        }
    }

    /// Waits until something is found, reading frames where no other thread does.
    private <T> T await(Supplier<@Nullable T> found, Duration patience) throws IOException, InterruptedException {
        T result = tryAwait(found, patience);
        if (result == null) {
            throw new IOException("the daemon did not answer within " + patience.toSeconds() + " s");
        }
        return result;
    }

    /// The same; null where it was not found in time.
    private <T> @Nullable T tryAwait(Supplier<@Nullable T> found, Duration patience)
            throws IOException, InterruptedException {
        long beganNanos = System.nanoTime();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new IOException("the connection was closed");
                }
                T result = found.get();
                if (result != null) {
                    return result;
                }
                if (lost != null) {
                    throw lost;
                }
                if (System.nanoTime() - beganNanos > patience.toNanos()) {
                    return null;
                }
                if (reading) {
                    progress.awaitNanos(LOOK_UP.toNanos());
                } else {
                    read();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a frame, without the lock meanwhile, and accepts all that came with it.
    private void read() throws InterruptedException {
        Frame frame = null;
        IOException failed = null;
        boolean timedOut = false;
        reading = true;
        lock.unlock();
        try {
            // What the daemon waits for may be among it.
            tellReturned();
            frame = reader.next();
        } catch (SocketBusyException quiet) {
            timedOut = true;
        } catch (IOException gone) {
            failed = gone;
        } finally {
            lock.lock();
            reading = false;
        }
        try {
            if (frame != null && !closed) {
                inbox.accept(frame);
                while (reader.hasNext()) {
                    inbox.accept(requireNonNull(reader.next()));
                }
            } else if (!timedOut) {
                lose(failed == null ? new IOException("the daemon closed the connection") : failed);
            }
        } catch (IOException malformed) {
            lose(malformed);
        } finally {
            progress.signalAll();
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void lose(IOException why) {
        lost = why;
        socket.close();
        socket.discardDescriptors();
    }

    /// Why the daemon is gone; null while it is not, or when this side closed.
    @Nullable
    IOException lossCause() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /// Batches taken and not closed.
    int held() {
        lock.lock();
        try {
            return held;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the connection; memory goes with the last batch in it. Closing twice does nothing.
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            inbox.close();
            progress.signalAll();
            if (!reading) {
                socket.discardDescriptors();
            }
        } finally {
            lock.unlock();
        }
        socket.close();
    }

    /// Closes, and unmaps what batches still hold: using them throws from then on.
    void reap() {
        close();
        lock.lock();
        try {
            inbox.reap();
        } finally {
            lock.unlock();
        }
    }
}
