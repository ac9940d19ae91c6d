package dev.penstock.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AccessChoiceTest {

    private static final URI ROOT = URI.create("file:/data/");
    private static final long GB = 1_000_000_000;

    @Test
    void theClearlyFasterAccessIsBetterWhateverItCosts() {
        AccessCost fast = AccessCost.ofRead(GB, 500_000_000, 400_000_000);
        AccessCost slow = AccessCost.ofRead(GB, 700_000_000, 50_000_000);
        assertThat(AccessCost.better(fast, slow)).isEqualTo(Access.BUFFERED);
        assertThat(AccessCost.better(slow, fast)).isEqualTo(Access.DIRECT);
    }

    @Test
    void ofTwoThatAreEquallyFastTheOneWithLessCpuIsBetter() {
        AccessCost busy = AccessCost.ofRead(GB, 500_000_000, 400_000_000);
        AccessCost idle = AccessCost.ofRead(GB, 600_000_000, 50_000_000);
        assertThat(AccessCost.better(busy, idle)).isEqualTo(Access.DIRECT);
        assertThat(AccessCost.better(idle, busy)).isEqualTo(Access.BUFFERED);
        assertThat(AccessCost.better(idle, idle)).isEqualTo(Access.BUFFERED);
    }

    @Test
    void costsOfDifferentAmountsAreComparedPerByte() {
        AccessCost little = AccessCost.ofRead(GB / 10, 50_000_000, 40_000_000);
        AccessCost much = AccessCost.ofRead(GB, 510_000_000, 100_000_000);
        assertThat(AccessCost.better(little, much)).isEqualTo(Access.DIRECT);
    }

    @Test
    void equalMeasurementsLeadToTheSameChoice() {
        for (int run = 0; run < 3; run++) {
            AccessChoice choice = new AccessChoice(ROOT, ReadMode.MEASURED);
            int reads = 0;
            while (choice.measuring()) {
                Access access = choice.next();
                choice.measured(access, AccessCost.ofRead(GB, GB, access == Access.DIRECT ? 10 : 20));
                reads++;
            }
            assertThat(reads).isEqualTo(32);
            assertThat(choice.kept()).isEqualTo(Access.DIRECT);
            assertThat(choice.next()).isEqualTo(Access.DIRECT);
        }
    }

    @Test
    void readsThatEndAfterTheChoiceDoNotChangeIt() {
        AccessChoice choice = new AccessChoice(ROOT, ReadMode.MEASURED);
        while (choice.measuring()) {
            choice.measured(choice.next(), AccessCost.ofRead(GB, GB, GB));
        }
        choice.measured(Access.DIRECT, AccessCost.ofRead(1000 * GB, 1, 1));
        assertThat(choice.kept()).isEqualTo(Access.BUFFERED);
    }

    @Test
    void aRefusalEndsTheMeasurementButNotTheUsersWish() {
        DirectAccessException refusal = new DirectAccessException(Path.of("/data/a"), "Invalid argument");
        AccessChoice measured = new AccessChoice(ROOT, ReadMode.MEASURED);
        assertThat(measured.refused(refusal)).isTrue();
        assertThat(measured.refused(refusal)).as("a read that was under way").isTrue();
        assertThat(measured.measuring()).isFalse();
        assertThat(measured.kept()).isEqualTo(Access.BUFFERED);

        AccessChoice chosen = new AccessChoice(ROOT, ReadMode.MEASURED);
        while (chosen.measuring()) {
            Access access = chosen.next();
            chosen.measured(access, AccessCost.ofRead(GB, access == Access.DIRECT ? GB / 2 : GB, GB));
        }
        assertThat(chosen.kept()).isEqualTo(Access.DIRECT);
        assertThat(chosen.refused(refusal)).as("a link to another file system").isTrue();
        assertThat(chosen.kept()).isEqualTo(Access.BUFFERED);

        AccessChoice wished = new AccessChoice(ROOT, ReadMode.DIRECT);
        assertThat(wished.refused(refusal)).isFalse();
        assertThat(wished.kept()).isEqualTo(Access.DIRECT);
    }
}
