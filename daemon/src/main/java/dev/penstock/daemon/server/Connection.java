package dev.penstock.daemon.server;

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
import dev.penstock.daemon.protocol.Start;
import dev.penstock.daemon.protocol.Welcome;
import dev.penstock.daemon.socket.LocalSocket;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One client, from its greeting to the end of its connection: a thread that reads what it sends.
///
/// Whatever goes wrong here ends this connection alone. However it ends, everything the client held is given back.
final class Connection implements Runnable {

    private static final Duration GREETING_TIMEOUT = Duration.ofSeconds(10);
    private static final ValueLayout.OfLong TICKET = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private final LocalSocket socket;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final Streams streams;
    private final Jobs jobs;
    private final Reports reports;
    private final TicketCounter tickets = new TicketCounter();
    private volatile @Nullable Attached attached;

    private record Attached(Attachment client, Jobs.Seat seat) {}

    Connection(LocalSocket socket, Streams streams, Jobs jobs, Reports reports) {
        this.socket = socket;
        this.reader = new FrameReader(socket::receive);
        this.writer = new FrameWriter(socket::sendNow);
        this.streams = streams;
        this.jobs = jobs;
        this.reports = reports;
    }

    @Override
    public void run() {
        try {
            greet();
            for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
                serve(frame);
            }
        } catch (MalformedFrameException malformed) {
            Refusal reason = Refusal.of(malformed);
            LOG.warn("a client was disconnected: {}", reason.message());
            tell(FrameType.REFUSED, reason);
        } catch (IOException gone) {
            LOG.debug("a client is gone: {}", gone.getMessage());
        } catch (RuntimeException | Error mistake) {
            LOG.error("a connection failed", mistake);
            tell(FrameType.REFUSED, Refusal.of(mistake));
        } finally {
            detach();
            socket.close();
            socket.discardDescriptors();
        }
    }

    /// Says why the connection ends, and ends it.
    void stop(FrameType type, Refusal reason) {
        tell(type, reason);
        socket.close();
    }

    /// Whether its client is attached as part of a job now.
    boolean isOf(String job) {
        Attached current = attached;
        return current != null && current.client.request().job().equals(job);
    }

    /// Ends the attachment there is and returns it; the client goes on with what it holds.
    @Nullable
    Attachment expel(Refusal reason) {
        Attached current = attached;
        if (current == null) {
            return null;
        }
        current.client.expel(reason);
        return current.client;
    }

    /// Whether this is the attachment there is.
    boolean has(@Nullable Attachment client) {
        Attached current = attached;
        return current != null && current.client.equals(client);
    }

    private void tell(FrameType type, Refusal reason) {
        try {
            writer.write(type, Json.bytes(reason.toJson()));
        } catch (IOException gone) {
            LOG.debug("a client did not hear why it was disconnected: {}", gone.getMessage());
        }
    }

    private void greet() throws IOException {
        socket.receiveTimeout(GREETING_TIMEOUT);
        Frame first = reader.next();
        if (first == null) {
            throw new IOException("the client left without a word");
        }
        if (first.type() != FrameType.HELLO) {
            throw new MalformedFrameException(first.type() + " frame before HELLO");
        }
        Hello hello = Hello.decode(first.body());
        if (!hello.speaks(Hello.VERSION)) {
            throw new MalformedFrameException("the client speaks versions " + hello.lowestVersion() + " to "
                    + hello.highestVersion() + " of the protocol, this daemon version " + Hello.VERSION
                    + "; install matching ones");
        }
        socket.receiveTimeout(Duration.ZERO);
        writer.write(Welcome.ofThisVersion());
    }

    private void serve(Frame frame) throws IOException {
        // No frame of a client has one.
        socket.discardDescriptors();
        switch (frame.type()) {
            case REQUEST -> answer(Json.parse(frame.bytes()));
            case RELEASE -> release(frame.body());
            case HELLO, WELCOME, REFUSED, REPLY, SEGMENT, BATCH, END, FAILED, RETIRED, GOODBYE ->
                throw new MalformedFrameException(frame.type() + " frame out of turn");
        }
    }

    private void release(MemorySegment tickets) throws MalformedFrameException {
        Attached current = attached;
        if (current == null || tickets.byteSize() % Long.BYTES != 0) {
            throw new MalformedFrameException("RELEASE frame out of turn, or of " + tickets.byteSize() + " bytes");
        }
        for (long at = 0; at < tickets.byteSize(); at += Long.BYTES) {
            current.client.release(tickets.get(TICKET, at));
        }
        current.client.released();
    }

    private void answer(ObjectNode request) throws IOException {
        JsonNode id = request.get(Request.ID);
        if (id == null || !id.isIntegralNumber()) {
            throw new MalformedFrameException("REQUEST without a number as its id");
        }
        ObjectNode reply = Json.object();
        reply.set(Request.ID, id);
        Runnable afterwards = () -> {};
        try {
            afterwards = perform(Request.parse(request), reply);
        } catch (RuntimeException refused) {
            Refusal reason = Refusal.of(refused);
            LOG.warn("a request was refused: {}", reason.message());
            reply.removeAll();
            reply.set(Request.ID, id);
            reply.set("error", reason.toJson());
        }
        writer.write(FrameType.REPLY, Json.bytes(reply));
        afterwards.run();
    }

    /// Does what is asked and fills in the reply; returns what follows once that was sent.
    private Runnable perform(Request request, ObjectNode reply) {
        switch (request) {
            case Request.Attach(AttachRequest settings) -> {
                return attach(settings, reply);
            }
            case Request.State(long step) ->
                reply.set("state", Json.of(stream("asking for a state").loader().state(step)));
            case Request.Commit(long step) -> reply.put("committed", commit(step));
            case Request.Ask.DETACH -> detach();
            case Request.Ask.STATS -> stats(reply);
            case Request.Ask.HEALTH -> reports.health(reply);
            case Request.Ask.WAIT ->
                requireAttached("waiting for a batch").client.await();
        }
        return () -> {};
    }

    private void stats(ObjectNode reply) {
        Attached current = attached;
        reports.stats(reply, current == null ? null : current.client);
    }

    private Runnable attach(AttachRequest request, ObjectNode reply) {
        if (attached != null) {
            throw refused("attaching", "attached already", "detach first, or open another connection");
        }
        StreamPlan plan = streams.plan(request);
        Jobs.Seat seat;
        try {
            seat = jobs.join(request, plan.config().localRanks());
        } catch (RuntimeException refused) {
            plan.close();
            throw refused;
        }
        long start = startStep(request.start(), seat);
        Attachment client =
                new Attachment(socket, writer, request, plan.config().localRanks(), start, tickets, seat);
        try {
            client.continueIn(streams.attach(plan, request, client, client.position()));
            SharedStream stream = stream(client, "attaching");
            if (request.start() instanceof Start.After(var state)) {
                state.requireContinues(stream.loader().state(start));
            }
            describe(stream, start, seat, reply);
        } catch (RuntimeException refused) {
            client.close();
            seat.close();
            throw refused;
        }
        reply.put("job", request.job())
                .put("credits", request.credits())
                .put("access", request.sharing().toString());
        attached = new Attached(client, seat);
        reports.attached(client);
        return client::begin;
    }

    private static long startStep(Start start, Jobs.Seat seat) {
        return switch (start) {
            case Start.AtStep(long step) -> step;
            case Start.After(var state) -> state.nextStep();
            case Start.Committed() -> seat.committed().orElse(0);
        };
    }

    private static void describe(SharedStream stream, long start, Jobs.Seat seat, ObjectNode reply) {
        StreamPlan plan = stream.plan();
        new AttachReply(
                        plan.config().localRanks(),
                        plan.config().ranks(),
                        start,
                        stream.loader().stepCount(),
                        plan.config().batchSize(),
                        plan.index().sampleCount(),
                        plan.index().fields(),
                        plan.config().layout(),
                        stream.loader().state(start),
                        seat.committed())
                .describe(reply);
    }

    private long commit(long step) {
        Attached current = requireAttached("committing");
        // All ranks of a step come before the next one, so a step is announced once the position is past it.
        long announced = current.client.position().step();
        if (step > announced) {
            throw refused("committing", "step " + step + " of " + announced + " announced", "commit what was trained");
        }
        current.seat.commit(step);
        return step;
    }

    private SharedStream stream(String what) {
        return stream(requireAttached(what).client, what);
    }

    private Attached requireAttached(String what) {
        Attached current = attached;
        if (current == null) {
            throw refused(what, "not attached", "attach first");
        }
        return current;
    }

    private static SharedStream stream(Attachment client, String what) {
        SharedStream stream = client.stream();
        if (stream == null) {
            throw refused(what, "the stream is over", "attach again");
        }
        return stream;
    }

    private static ConfigurationException refused(String what, String found, String remedy) {
        return new ConfigurationException(
                FailureMessage.of(what).with("found", found).remedy(remedy));
    }

    private void detach() {
        Attached current = attached;
        attached = null;
        if (current != null) {
            current.client.close();
            current.seat.close();
            reports.left(current.client);
        }
    }
}
