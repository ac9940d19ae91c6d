package dev.penstock.bench.s3;

import dev.penstock.bench.BenchOptions;
import dev.penstock.bench.measure.Measurements;
import dev.penstock.bench.s3server.FaultKind;
import dev.penstock.bench.s3server.GeneratedContent;
import dev.penstock.cli.report.Amounts;
import dev.penstock.cli.report.Better;
import dev.penstock.cli.report.Result;
import dev.penstock.cli.report.Row;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.fetch.Hedging;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Three claims about `s3://`, against a server in a process of its own.
///
/// CPU: reading 8 MiB ranges, 16 in flight, costs at most 2.5 times the CPU seconds per gigabyte of blocking reads from
/// a socket. The control is that socket; the SDK over its Netty client and over the AWS common runtime are measured
/// beside it. Rounds are interleaved; the gate compares the first ranges of every client byte by byte.
///
/// Fed: with 100 ms to the first byte, 90 MB/s per connection, 2 % of responses stalling for 2 s, 5 % of requests
/// refused with 503 in bursts, and a consumer of 200 ms per step that needs 75 % of the origin's bandwidth, the
/// consumer is fed 99 % of the time after warm-up, and the origin sends at most 1.05 bytes for each useful one. The
/// control is the same run, faults included, without hedging. Over one epoch of a dataset that the RAM tier does not
/// hold, every sample checked.
///
/// Second start: with what a first one left on the host's disk, the origin sends no byte of any object.
@Command(name = "s3", description = "CPU per byte from S3, time fed from a faulty origin, and a second start.")
public final class S3Command implements Callable<Integer> {

    private static final double GOAL_CPU_RATIO = 2.5;
    private static final double GOAL_FED_SHARE = 0.99;
    private static final double GOAL_WIRE_OVER_USEFUL = 1.05;
    private static final double GOAL_SECOND_START_BYTES = 0;

    /// Small requests warm the code that is run for each request, these the code that is run for each piece of a body.
    private static final int WARM_UP_ROUNDS = 2;

    private static final String OBJECT = "ranges/object.bin";
    private static final long SECOND_START_BYTES = 256L << 20;

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Option(names = "--size", paramLabel = "MIB", description = "Read per client and round. Default: ${DEFAULT-VALUE}.")
    private int sizeMib = 512;

    @Option(
            names = "--epoch",
            paramLabel = "MIB",
            description = "Bytes of the dataset that is read once from the faulty origin. Default: ${DEFAULT-VALUE}.")
    private int epochMib = 4096;

    @Option(
            names = "--ram",
            paramLabel = "MIB",
            description = "RAM tier of that reader, of which 256 MiB are its open shards and the rest is read-ahead."
                    + " Default: ${DEFAULT-VALUE}.")
    private int ramMib = 640;

    @Option(
            names = "--warm-up",
            paramLabel = "STEPS",
            description = "Steps of that epoch that are not timed. Default: ${DEFAULT-VALUE}.")
    private int warmUpSteps = 25;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the faults. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    /// A way to read, in the order in which they take turns.
    private enum Client {
        SOCKET,
        PENSTOCK,
        SDK_NETTY,
        SDK_CRT
    }

    @Override
    public Integer call() {
        bench.common().requireWritableResult();
        if ((long) sizeMib << 20 < RangeRun.SMALLEST_OBJECT_BYTES) {
            throw new ConfigurationException(FailureMessage.of("configuring the benchmark")
                    .with("option", "size")
                    .with("value", sizeMib)
                    .with("wanted", "at least " + (RangeRun.SMALLEST_OBJECT_BYTES >> 20)));
        }
        Result result = new Result("s3")
                .param("sizeMib", sizeMib)
                .param("epochMib", epochMib)
                .param("ramMib", ramMib)
                .param("warmUpSteps", warmUpSteps)
                .param("seed", seed)
                .param("rounds", bench.rounds())
                .param("originBytesPerSec", FedRun.originBytesPerSec());
        try (BenchOrigin origin = new BenchOrigin()) {
            Measurements ratio = addCpu(origin, result);
            FedRun hedged = addFed(origin, result);
            addSecondStart(origin, result);
            return bench.conclude(
                    result,
                    Amounts.format(
                            "s3: %.2f times the CPU of a blocking socket; fed %s of the time from the faulty origin,"
                                    + " %.3f bytes on the wire for each useful one",
                            ratio.median(), Amounts.share(hedged.fedShare()), hedged.wireOverUseful()));
        }
    }

    private Measurements addCpu(BenchOrigin origin, Result result) {
        GeneratedContent content = new GeneratedContent(seed, (long) sizeMib << 20);
        origin.put(OBJECT, content);
        Map<Client, List<Double>> costs = new EnumMap<>(Client.class);
        List<Double> ratios = new ArrayList<>();
        Map<Client, RangeClient> clients = new EnumMap<>(Client.class);
        try (RangeRun run = new RangeRun(content)) {
            for (Client client : Client.values()) {
                RangeClient opened = open(client, origin);
                clients.put(client, opened);
                run.check(opened);
                run.warmUp(opened);
            }
            for (int round = 0; round < WARM_UP_ROUNDS + bench.rounds(); round++) {
                Map<Client, Double> measured = new EnumMap<>(Client.class);
                clients.forEach((client, opened) -> measured.put(client, run.cpuSecondsPerGigabyte(opened)));
                if (round >= WARM_UP_ROUNDS) {
                    measured.forEach((client, cost) -> costs.computeIfAbsent(client, _ -> new ArrayList<>())
                            .add(cost));
                    ratios.add(value(measured, Client.PENSTOCK) / value(measured, Client.SOCKET));
                }
            }
        } finally {
            clients.values().forEach(RangeClient::close);
        }
        Measurements ratio = Measurements.of(ratios);
        double socket = Measurements.of(value(costs, Client.SOCKET)).median();
        result.row(ratio.row("cpu_ratio", "1", Better.LOWER).withGoal(GOAL_CPU_RATIO));
        costs.forEach((client, cost) -> result.row(Measurements.of(cost)
                .row("cpu_s_per_gb_" + client.name().toLowerCase(Locale.ROOT), "s/GB", Better.LOWER)
                .withControl(socket)));
        return ratio;
    }

    private static <V> V value(Map<Client, V> values, Client client) {
        V value = values.get(client);
        if (value == null) {
            throw new IllegalStateException("not measured: " + client);
        }
        return value;
    }

    private static RangeClient open(Client client, BenchOrigin origin) {
        URI endpoint = origin.endpoint();
        return switch (client) {
            case SOCKET -> new SocketClient(endpoint, OBJECT, RangeRun.IN_FLIGHT);
            case PENSTOCK -> {
                int slash = OBJECT.indexOf('/');
                yield new StoreClient(origin.location(OBJECT.substring(0, slash)), OBJECT.substring(slash + 1));
            }
            case SDK_NETTY -> SdkClient.netty(endpoint, OBJECT, RangeRun.IN_FLIGHT);
            case SDK_CRT -> SdkClient.commonRuntime(endpoint, OBJECT, RangeRun.IN_FLIGHT);
        };
    }

    private FedRun addFed(BenchOrigin origin, Result result) {
        String prefix = "epoch";
        origin.putDataset(prefix, (long) epochMib << 20);
        URI dataset = origin.location(prefix);
        long ramBytes = (long) ramMib << 20;
        Hedging hedging = new Hedging.NearDeadline(GOAL_WIRE_OVER_USEFUL - 1);
        FedRun hedged = FedRun.of(origin, dataset, hedging, ramBytes, seed, warmUpSteps);
        FedRun waiting = FedRun.of(origin, dataset, new Hedging.Off(), ramBytes, seed, warmUpSteps);
        result.row(Row.of("fed_share", hedged.fedShare(), "1", Better.HIGHER)
                        .withControl(waiting.fedShare())
                        .withGoal(GOAL_FED_SHARE))
                .row(Row.of("wire_over_useful", hedged.wireOverUseful(), "1", Better.LOWER)
                        .withControl(waiting.wireOverUseful())
                        .withGoal(GOAL_WIRE_OVER_USEFUL))
                .row(Row.of("hedges", hedged.fetch().hedges(), "requests", Better.LOWER))
                .row(Row.of("hedges_won", hedged.fetch().hedgesWon(), "requests", Better.HIGHER))
                .row(Row.of("retries", hedged.fetch().retries(), "requests", Better.LOWER)
                        .withControl(waiting.fetch().retries()))
                .row(faults(FaultKind.STALL, "stalls", hedged, waiting))
                .row(faults(FaultKind.SLOW_DOWN, "slow_downs", hedged, waiting));
        return hedged;
    }

    private static Row faults(FaultKind kind, String metric, FedRun hedged, FedRun waiting) {
        return Row.of(metric, hedged.server().faults(kind), "responses", Better.LOWER)
                .withControl(waiting.server().faults(kind));
    }

    private static void addSecondStart(BenchOrigin origin, Result result) {
        String prefix = "second";
        origin.putDataset(prefix, SECOND_START_BYTES);
        Path scratch = newDirectory();
        try {
            SecondStart starts = SecondStart.of(origin, origin.location(prefix), scratch, SECOND_START_BYTES);
            result.row(Row.of("second_start_bytes", starts.second().bodyBytes(), "B", Better.LOWER)
                            .withControl(starts.first().bodyBytes())
                            .withGoal(GOAL_SECOND_START_BYTES))
                    .row(Row.of("second_start_requests", starts.second().allRequests(), "requests", Better.LOWER)
                            .withControl(starts.first().allRequests()));
        } finally {
            delete(scratch);
        }
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("penstock-bench-s3");
        } catch (IOException refused) {
            throw scratchFailure(refused);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException refused) {
            throw scratchFailure(refused);
        }
    }

    private static StoreAccessException scratchFailure(IOException refused) {
        return new StoreAccessException(
                FailureMessage.of("using a scratch directory").with("found", refused), refused);
    }
}
