package dev.penstock.trainer.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Ranks with no common parent: what the others say when one is gone. Gloo's own limit is minutes.
@Timeout(200)
class RankDeathTest {

    @TempDir
    private Path directory;

    private LaunchedRanks summing(int count, String deed) throws IOException {
        LaunchedRanks ranks = new LaunchedRanks(directory, count).startAll("sum", deed);
        for (int rank = 0; rank < count; rank++) {
            ranks.awaitLine(rank, "summing");
        }
        return ranks;
    }

    private static void assertAllName(LaunchedRanks ranks, int count, int lost, String found) throws Exception {
        for (int rank = 0; rank < count; rank++) {
            if (rank != lost) {
                assertThat(ranks.awaitLastWords(rank))
                        .as("rank %d", rank)
                        .containsPattern("another rank failed: rank=" + lost + ", host=[^,]+, found=[^\n]*" + found);
                assertThat(ranks.process(rank).exitValue()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void killedRankIsNamedByAllOthers(int victim) throws Exception {
        try (LaunchedRanks ranks = summing(3, "go on")) {
            ranks.signal(victim, "KILL");

            assertAllName(ranks, 3, victim, "its process ended without a word");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void stoppedRankIsNamedOnceItWasSilentForTooLong(int victim) throws Exception {
        try (LaunchedRanks ranks = summing(2, "go on")) {
            ranks.signal(victim, "STOP");

            assertAllName(ranks, 2, victim, "nothing was heard of it for 3 s");
        }
    }

    @ParameterizedTest
    @CsvSource({"throw,boom on purpose", "run out of memory,OutOfMemoryError", "leave,it left while others"})
    void otherRanksSayWhyOneStopped(String deed, String found) throws Exception {
        try (LaunchedRanks ranks = summing(2, deed)) {
            assertAllName(ranks, 2, 1, found);
        }
    }

    @Test
    void rankThatDiesWhileTheOthersWaitForItInACallIsNamed() throws Exception {
        try (LaunchedRanks ranks = summing(2, "stay away")) {
            ranks.signal(1, "KILL");

            assertAllName(ranks, 2, 1, "its process ended without a word");
        }
    }

    @Test
    void rankThatDiesBeforeAllHaveComeIsNamed() throws Exception {
        try (LaunchedRanks ranks = new LaunchedRanks(directory, 3)) {
            ranks.start(0, "sum", "go on");
            ranks.start(1, "announce");
            ranks.awaitLine(1, "watched");
            ranks.signal(1, "KILL");

            assertThat(ranks.awaitLastWords(0)).contains("another rank failed: rank=1", "its process ended");
        }
    }

    @Test
    void lateRankThatIsAliveIsWaitedFor() throws Exception {
        try (LaunchedRanks ranks = summing(2, "be late")) {
            ranks.awaitLine(1, "late");
            ranks.awaitLine(0, "on time again");
        }
    }
}
