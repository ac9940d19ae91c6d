package dev.penstock.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.balance.AttentionWork;
import dev.penstock.balance.CostModel;
import dev.penstock.balance.OutlierDelay;
import dev.penstock.balance.UnbalancedAssigner;
import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.error.ConfigurationException;
import dev.penstock.fetch.FetchConfig;
import dev.penstock.fetch.Hedging;
import dev.penstock.loader.LoaderConfig;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Remainder;
import dev.penstock.order.Shuffle;
import dev.penstock.plan.RankAssignment;
import dev.penstock.plan.StepRegrouping;
import dev.penstock.tier.DiskTierConfig;
import dev.penstock.trainer.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class LoaderOptionsTest {

    private static final List<String> OPTIONS = List.of(
            "seed=7",
            "epochs=3",
            "steps=40",
            "start=5",
            "ranks=4",
            "rank=2",
            "batch=96",
            "max-tokens=2048",
            "layout=fixed=512,refuse",
            "pad-value=9",
            "micro-batches=equal",
            "shuffle=k=3",
            "balance=off",
            "remainder=short",
            "cost=attention",
            "ram=32M",
            "disk=/data/tier:2G",
            "connections=12",
            "hedge=0.02",
            "slots=4M",
            "block=64K",
            "lock=required",
            "threads=3");

    @TempDir
    private Path directory;

    @Command(name = "parse")
    private static final class ParseCommand implements Runnable {
        @Mixin
        private final LoaderOptions options = new LoaderOptions();

        @Override
        public void run() {}
    }

    private static LoaderOptions parse(List<String> arguments) {
        ParseCommand command = new ParseCommand();
        CommandLine commandLine = new CommandLine(command).setExecutionStrategy(ConfigFile.strategy());
        Converters.register(commandLine);
        assertThat(commandLine.execute(arguments.toArray(String[]::new))).isZero();
        return command.options;
    }

    private static LoaderConfig config(LoaderOptions options) {
        return options.toLoaderConfig(CostUnit.typicalAttention()).build();
    }

    private static List<String> onCommandLine() {
        return OPTIONS.stream().map(option -> "--" + option).toList();
    }

    private List<String> inFile() throws IOException {
        List<String> lines =
                OPTIONS.stream().map(option -> option.replaceFirst("=", ": ")).toList();
        return List.of(
                "--config", Files.write(directory.resolve("c.yaml"), lines).toString());
    }

    @Test
    void everyOptionReachesTheLoader() {
        LoaderConfig config = config(parse(onCommandLine()));

        assertThat(config.seed()).isEqualTo(7);
        assertThat(config.epochs()).isEqualTo(OptionalLong.of(3));
        assertThat(config.steps()).isEqualTo(OptionalLong.of(40));
        assertThat(config.startStep()).isEqualTo(5);
        assertThat(config.ranks()).isEqualTo(4);
        assertThat(config.localRanks()).containsExactly(2);
        assertThat(config.batchSize()).isEqualTo(96);
        assertThat(config.shuffle()).isEqualTo(new Shuffle.OpenShards(3));
        assertThat(config.remainder()).isEqualTo(Remainder.SHORT);
        assertThat(config.cache().ramBytes()).isEqualTo(32 << 20);
        assertThat(config.cache().disk()).isEqualTo(Optional.of(new DiskTierConfig(Path.of("/data/tier"), 2L << 30)));
        assertThat(config.fetch())
                .isEqualTo(FetchConfig.defaults().withMaxConnections(12).withHedging(new Hedging.NearDeadline(0.02)));
        assertThat(config.slotBytes()).isEqualTo(4 << 20);
        assertThat(config.cache().blockBytes()).isEqualTo(64 << 10);
        assertThat(config.pageLocking()).isEqualTo(PageLocking.REQUIRED);
        assertThat(config.decodeThreads()).isEqualTo(3);
        assertThat(config.assigners().at(0).get()).isInstanceOf(UnbalancedAssigner.class);
        assertThat(config.layout()).isEqualTo(new Layout.Fixed(512, LongerThanRow.REFUSE));
        assertThat(config.padValue()).isEqualTo(9);
    }

    @Test
    void maxTokensAndCostReachTheBalancer() {
        LoaderOptions options = parse(List.of("--max-tokens=10", "--cost=attention"));
        RankAssignment assignment = new RankAssignment(1);
        config(options).assigners().at(0).get().assign(new int[] {6, 6, 4}, 3, assignment);

        assertThat(assignment.microBatchCount(0)).isEqualTo(2);
        assertThat(assignment.makespan()).isGreaterThan(16);
    }

    @Test
    void layoutAndMicroBatchCountsReachTheBalancer() {
        LoaderOptions options = parse(List.of("--max-tokens=10", "--layout=bucket=5", "--micro-batches=equal"));
        RankAssignment assignment = new RankAssignment(2);
        config(options).assigners().at(0).get().assign(new int[] {5, 1, 1, 1, 1}, 5, assignment);

        assertThat(config(options).layout()).isEqualTo(new Layout.Buckets(List.of(5), 10));
        assertThat(assignment.microBatchCount(0)).isEqualTo(2);
        assertThat(assignment.microBatchCount(1)).isEqualTo(2);
    }

    @Test
    void delayReachesTheLoaderWithTheCost() {
        LoaderConfig config = config(parse(List.of("--balance=delay=8", "--cost=attention")));

        assertThat(config.regrouping()).isEqualTo(new OutlierDelay(CostUnit.typicalAttention(), 8));
        assertThat(config(parse(List.of("--balance=exact"))).regrouping()).isSameAs(StepRegrouping.NONE);
    }

    @Test
    void costFileGivesCoefficientsOrTheShapeOfAModel() throws IOException {
        Path coefficients = Files.writeString(directory.resolve("c.yaml"), "alpha: 12\nbeta: 3\n");
        Path shape = Files.writeString(
                directory.resolve("s.yaml"), "layers: 2\nhidden: 64\nvocabulary: 256\nscores: full\n");

        assertThat(parse(List.of("--cost=" + coefficients)).costModel(CostModel.tokens()))
                .isEqualTo(new CostModel(12, 3, 0));
        assertThat(parse(List.of("--cost=" + shape)).costModel(CostModel.tokens()))
                .isEqualTo(CostModel.attention(2, 64, 256, AttentionWork.FULL));
    }

    @Test
    void costFilesThatSayNothingOrTwoThingsOrNonsenseAreRefused() throws IOException {
        for (String text :
                List.of("", "alpha: 1\nlayers: 2\n", "alpha: -1\n", "beta: 1.5\n", "delta: 1\n", "layers: 2\n")) {
            Path file = Files.writeString(directory.resolve("c.yaml"), text);
            assertThatThrownBy(() -> CostUnit.parse(file.toString()))
                    .as(text)
                    .isInstanceOf(ConfigurationException.class);
        }
        assertThatThrownBy(() -> CostUnit.parse("atention"))
                .hasMessageContaining(
                        "value=atention; use tokens, attention, coefficients such as 12,3,0, or a YAML file");
    }

    @Test
    void balanceIsReadByNameAndNumber() {
        for (String text : List.of("off", "exact", "delay=8")) {
            assertThat(Balance.parse(text)).hasToString(text);
        }
        for (String text : List.of("delay", "delay=", "delay=0", "delay=-1", "delay=2147483647", "delay=x", "on")) {
            assertThatThrownBy(() -> Balance.parse(text))
                    .as(text)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageEndingWith("use off, exact or delay=N with N from 1 to 2147483646, as in delay=8");
        }
    }

    @Test
    void defaultsAreThoseOfTheLoader() {
        LoaderConfig stated = config(parse(List.of()));
        LoaderConfig defaults = LoaderConfig.builder(stated.assigners().at(0)).build();

        assertThat(stated)
                .usingRecursiveComparison()
                .ignoringFields("assigners")
                .isEqualTo(defaults);
    }

    @Test
    void yamlSaysTheSameAsOptions() throws IOException {
        assertThat(config(parse(inFile())))
                .usingRecursiveComparison()
                .ignoringFields("assigners")
                .isEqualTo(config(parse(onCommandLine())));
    }

    @Test
    void commandLineWinsOverYaml() throws IOException {
        List<String> arguments = new ArrayList<>(inFile());
        arguments.add("--seed=8");

        LoaderConfig config = config(parse(arguments));

        assertThat(config.seed()).isEqualTo(8);
        assertThat(config.batchSize()).isEqualTo(96);
    }

    @Test
    void ranksOfAHostShareItsBudgets() {
        LoaderOptions options =
                parse(List.of("--ram=32M", "--slots=8M", "--disk=/data/tier:2G", "--threads=5", "--hedge=off"));
        World world = new World(6, 8, 2, "localhost", 1234);

        LoaderConfig config =
                options.toLoaderConfig(CostUnit.typicalAttention(), world, 4).build();

        assertThat(config.ranks()).isEqualTo(8);
        assertThat(config.localRanks()).containsExactly(6);
        assertThat(config.cache().ramBytes()).isEqualTo(8 << 20);
        assertThat(config.slotBytes()).isEqualTo(2 << 20);
        assertThat(config.cache().disk()).contains(new DiskTierConfig(Path.of("/data/tier/rank-2"), 512 << 20));
        assertThat(config.fetch().maxConnections()).isEqualTo(16);
        assertThat(config.fetch().hedging()).isEqualTo(new Hedging.Off());
        assertThat(config.decodeThreads()).isEqualTo(1);
    }
}
