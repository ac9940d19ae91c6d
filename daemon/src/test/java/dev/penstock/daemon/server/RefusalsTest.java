package dev.penstock.daemon.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.daemon.protocol.Frame;
import dev.penstock.daemon.protocol.FrameType;
import dev.penstock.daemon.protocol.Hello;
import dev.penstock.daemon.protocol.Json;
import dev.penstock.daemon.protocol.Start;
import dev.penstock.daemon.socket.PeerCredentials;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.error.RetryableException;
import dev.penstock.loader.BatchIterator;
import dev.penstock.loader.LoaderState;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the daemon refuses, with a reason, and serves on.
@Timeout(60)
class RefusalsTest {

    @TempDir
    private Path scratch;

    private Path socket;
    private String uri;
    private Daemon daemon;

    @BeforeEach
    void serve() {
        socket = scratch.resolve("socket");
        uri = TestDaemon.dataset(scratch);
        daemon = TestDaemon.open(socket, 4 * TestDaemon.STREAM_BYTES);
    }

    @AfterEach
    void servesOn() {
        try (RemoteLoader loader = attach(request("after", Map.of("epochs", "1")));
                BatchIterator batches = loader.iterator()) {
            assertThat(batches.hasNext()).isTrue();
        }
        daemon.close();
    }

    private RemoteLoader attach(AttachRequest request) {
        return TestDaemon.attach(socket, request);
    }

    private AttachRequest request(String job, Map<String, String> options) {
        return TestDaemon.request(job, uri, options);
    }

    @Test
    void anotherVersionOfTheProtocolIsRefusedByName() throws IOException {
        try (RawClient client = RawClient.connect(socket)) {
            client.writer().write(new Hello(7, 9));

            assertThat(refusal(client)).contains("versions 7 to 9").contains("version 1");
            assertThat(client.next()).isNull();
        }
    }

    @Test
    void aStrangersProtocolIsRefused() throws IOException {
        try (RawClient client = RawClient.connect(socket)) {
            client.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(refusal(client)).contains("frame of unknown type");
        }
    }

    private static String refusal(RawClient client) throws IOException {
        Frame answer = client.next();
        assertThat(answer.type()).isEqualTo(FrameType.REFUSED);
        return Json.parse(answer.bytes()).path("message").asString();
    }

    @Test
    void anUnknownDatasetIsRefused() {
        AttachRequest nowhere = TestDaemon.request("a", "file:" + scratch.resolve("nowhere"), Map.of());

        assertThatThrownBy(() -> attach(nowhere))
                .isInstanceOf(PenstockException.class)
                .hasMessageContaining("nowhere");
        assertThatThrownBy(() -> attach(TestDaemon.request("a", "gopher://x/y", Map.of())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("gopher");
    }

    @Test
    void aSecondClientForOneRankIsRefusedWhileTheFirstIsThere() {
        Map<String, String> options = Map.of("ranks", "2", "rank", "1");
        try (RemoteLoader first = attach(request("a", options))) {
            assertThat(first.attached().localRanks()).containsExactly(1);
            assertThatThrownBy(() -> attach(request("a", options)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("takenRank=1");
            attach(request("another", options)).close();
        }
        attach(request("a", options)).close();
    }

    @Test
    void ranksOfOneJobMustAgreeOnTheirNumberAndOnEveryOption() {
        try (RemoteLoader first = attach(request("a", Map.of("ranks", "2", "rank", "0")))) {
            assertThat(first.stepCount()).isEqualTo(Long.MAX_VALUE);
            assertThatThrownBy(() -> attach(request("a", Map.of("ranks", "3", "rank", "1"))))
                    .hasMessageContaining("differs=ranks (others: 2, this one: 3)");
            assertThatThrownBy(() -> attach(request("a", Map.of("ranks", "2", "rank", "1", "seed", "5"))))
                    .hasMessageContaining("differs=seed");
        }
        attach(request("a", Map.of("ranks", "3", "rank", "1"))).close();
    }

    @Test
    void aPositionBeyondTheEndIsRefused() {
        AttachRequest beyond = request("a", Map.of("steps", "4")).withStart(new Start.AtStep(5));

        assertThatThrownBy(() -> attach(beyond))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("start=5")
                .hasMessageContaining("steps=4");
    }

    @Test
    void aStepThatNoRunReachesIsRefusedAlsoWhereTheRunIsEndless() {
        assertThatThrownBy(() -> attach(request("a", Map.of()).withStart(new Start.AtStep(1_000_000_000_000_000_000L))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("start=1000000000000000000");
        try (RemoteLoader loader = attach(request("a", Map.of()))) {
            assertThatThrownBy(() -> loader.state(Long.MAX_VALUE))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("step=" + Long.MAX_VALUE);
        }
    }

    @Test
    void theStateOfAnotherRunIsRefused() {
        LoaderState state;
        try (RemoteLoader loader = attach(request("a", Map.of("seed", "1")))) {
            state = loader.state(3);
        }
        assertThat(attachedAt(request("a", Map.of("seed", "1")).withStart(new Start.After(state))))
                .isEqualTo(3);
        assertThatThrownBy(() -> attach(request("a", Map.of("seed", "2")).withStart(new Start.After(state))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("differs=seed");
    }

    private long attachedAt(AttachRequest request) {
        try (RemoteLoader loader = attach(request)) {
            return loader.attached().start();
        }
    }

    @Test
    void memoryBeyondTheBudgetIsRefused() {
        AttachRequest large = request("a", Map.of("seed", "1")).withSlotBytes(3 * TestDaemon.STREAM_BYTES);
        try (RemoteLoader first = attach(large)) {
            assertThat(first.attached().start()).isZero();
            AttachRequest second = request("b", Map.of("seed", "2")).withSlotBytes(2 * TestDaemon.STREAM_BYTES);
            assertThatThrownBy(() -> attach(second))
                    .isInstanceOf(ResourceExhaustedException.class)
                    .hasMessageContaining("budgetBytes=4194304");
        }
        assertThatThrownBy(() -> attach(request("c", Map.of()).withSlotBytes(Long.MAX_VALUE)))
                .isInstanceOf(ResourceExhaustedException.class);
    }

    @Test
    void aBatchThatNoSlotHoldsIsRefusedInItsTurnWithTheBytesItNeeds() {
        AttachRequest small = request("a", Map.of("batch", "530")).withSlotBytes(128 << 10);
        try (RemoteLoader loader = attach(small);
                BatchIterator batches = loader.iterator()) {
            assertThatThrownBy(batches::hasNext)
                    .isInstanceOf(ResourceExhaustedException.class)
                    .hasMessageContaining("batchBytes=")
                    .hasMessageContaining("slotBytes=131072")
                    .hasMessageContaining("--slots");
        }
    }

    @Test
    void aFailedStreamFreesItsRankWhileItsClientStays() {
        Map<String, String> options = Map.of("batch", "530", "ranks", "2", "rank", "1");
        AttachRequest small = request("a", options).withSlotBytes(64 << 10);
        RemoteLoader failed = attach(small);
        BatchIterator none = failed.iterator();
        assertThatThrownBy(none::hasNext).isInstanceOf(ResourceExhaustedException.class);
        try (RemoteLoader again = attach(request("a", options));
                BatchIterator batches = again.iterator()) {
            assertThat(batches.hasNext()).isTrue();
            assertThatThrownBy(() -> attach(request("a", options))).hasMessageContaining("takenRank=1");
            failed.close();
            assertThatThrownBy(() -> attach(request("a", options)))
                    .as("the rank is the second client's when the first one goes")
                    .hasMessageContaining("takenRank=1");
        }
    }

    @Test
    void optionsAndMembersThatDoNotExistAreRefusedAndTheConnectionGoesOn() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            assertThat(error(client, "{'id':1,'do':'attach','job':'a','uri':'URI','options':{'sede':1}}"))
                    .contains("unknown=sede");
            assertThat(error(client, "{'id':2,'do':'attach','job':'a','uri':'URI','crdits':1}"))
                    .contains("member=crdits");
            assertThat(error(client, "{'id':3,'do':'attach','job':'a','uri':'URI','credits':65}"))
                    .contains("from 1 to 64");
            assertThat(error(client, "{'id':3,'do':'attach','job':'a','uri':'URI','slots':0}"))
                    .contains("member=slots, found=0; it is 65536 at least");
            assertThat(error(client, "{'id':4,'do':'attach','uri':'URI'}")).contains("member=job");
            assertThat(error(client, "{'id':5,'do':'attach','job':'" + "j".repeat(201) + "','uri':'URI'}"))
                    .contains("member=job, found=201 characters");
            assertThat(error(client, "{'id':5,'do':'fly'}")).contains("found=fly");
            assertThat(error(client, "{'id':6,'do':'commit','step':1}")).contains("not attached");
            assertThat(client.ask("{\"id\":7,\"do\":\"health\"}").path("status").asString())
                    .isEqualTo("serving");
        }
    }

    @Test
    void whatAClientSentIsRepeatedInOneLineWithoutControlCharacters() throws IOException {
        try (RawClient client = RawClient.greeted(socket)) {
            assertThat(error(client, "{'id':1,'do':'no\\u001b[31m\\npe\\u2028'}"))
                    .contains("found=no\\u001b[31m\\u000ape\\u2028;")
                    .doesNotContainPattern("\\p{Cc}");
            assertThat(error(client, "{'id':2,'do':'attach','job':'a','uri':'URI','options':{'se\\u009bd\\r\\ne':1}}"))
                    .contains("unknown=se\\u009bd\\u000d\\u000ae");
        }
    }

    @Test
    void aTextThatIsNoUriIsNamedWithoutItsSecrets() {
        AttachRequest request = TestDaemon.request("a", "s3://key:secret@bucket/my shards?token=hidden", Map.of());

        assertThatThrownBy(() -> attach(request))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("uri=bucket/my shards, found=Illegal character")
                .hasMessageNotContainingAny("secret", "hidden");
    }

    private String error(RawClient client, String request) throws IOException {
        return client.ask(request.replace('\'', '"').replace("URI", uri))
                .path("error")
                .path("message")
                .asString();
    }

    @Test
    void aCommitIsKeptForTheJobAndNeverBeyondWhatWasAnnounced() {
        AttachRequest request = request("a", Map.of("steps", "4"));
        try (RemoteLoader loader = attach(request);
                BatchIterator batches = loader.iterator()) {
            batches.next().close();
            loader.commit(1);
            assertThatThrownBy(() -> loader.commit(1_000)).hasMessageContaining("step 1000");
        }
        assertThat(attachedAt(request.withStart(new Start.Committed()))).isEqualTo(1);
        assertThat(attachedAt(request("a", Map.of("steps", "4", "seed", "9")).withStart(new Start.Committed())))
                .as("another run under the same name")
                .isZero();
    }

    @Test
    void onlyTheOwnerAndRootAreLetIn() throws IOException {
        assertThat(new PeerCredentials(1, 1000, 7).isUserOrRoot(1000)).isTrue();
        assertThat(new PeerCredentials(1, 0, 0).isUserOrRoot(1000)).isTrue();
        assertThat(new PeerCredentials(1, 1001, 1000).isUserOrRoot(1000)).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void aSecondDaemonAtOneSocketIsRefusedAndAStaleSocketIsReplaced() throws IOException {
        assertThatThrownBy(() -> TestDaemon.open(socket))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("another daemon listens there");
        daemon.close();
        assertThat(socket).doesNotExist();
        assertThatThrownBy(() -> attach(request("a", Map.of()))).isInstanceOf(RetryableException.class);
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        daemon = TestDaemon.open(socket);
    }

    @Test
    void aFileThatIsNoSocketIsNeverReplaced() throws IOException {
        Path precious = Files.writeString(scratch.resolve("precious"), "data");

        assertThatThrownBy(() -> TestDaemon.open(precious))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("something that is not a socket is there");
        assertThat(precious).hasContent("data");
        assertThat(scratch.resolve("precious.lock")).doesNotExist();
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefusedAndLeavesNothing() {
        String name = "s".repeat(200);

        assertThatThrownBy(() -> TestDaemon.open(scratch.resolve(name)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("107 bytes at most");
        assertThat(scratch.resolve(name + ".lock")).doesNotExist();
    }
}
