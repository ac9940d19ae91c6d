package dev.penstock.trainer.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorldTest {

    private static final Map<String, String> SECOND_OF_THREE =
            Map.of("RANK", "1", "WORLD_SIZE", "3", "LOCAL_RANK", "0", "MASTER_ADDR", "node-0", "MASTER_PORT", "29500");

    @Test
    void anEnvironmentWithoutALauncherIsAWorldOfOne() {
        assertThat(World.fromEnvironment(Map.of("PATH", "/bin"))).isEqualTo(World.single());
    }

    @Test
    void aLaunchersVariablesAreRead() {
        assertThat(World.fromEnvironment(SECOND_OF_THREE)).isEqualTo(new World(1, 3, 0, "node-0", 29_500));
    }

    @Test
    void aMissingVariableIsNamed() {
        Map<String, String> partial = new HashMap<>(SECOND_OF_THREE);
        partial.remove("MASTER_PORT");

        assertThatThrownBy(() -> World.fromEnvironment(partial))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("world failed: set=RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR, missing=MASTER_PORT;"
                        + " set all of RANK WORLD_SIZE LOCAL_RANK MASTER_ADDR MASTER_PORT, or none");
    }

    @Test
    void nonsenseIsRefusedWithTheValueThatWasFound() {
        assertRefused("RANK", "one", "RANK=one");
        assertRefused("RANK", "3", "RANK=3, WORLD_SIZE=3");
        assertRefused("WORLD_SIZE", "0", "WORLD_SIZE=0");
        assertRefused("LOCAL_RANK", "2", "LOCAL_RANK=2");
        assertRefused("MASTER_ADDR", " ", "missing=MASTER_ADDR");
        assertRefused("MASTER_PORT", "70000", "MASTER_PORT=70000");
    }

    private static void assertRefused(String variable, String value, String found) {
        Map<String, String> environment = new HashMap<>(SECOND_OF_THREE);
        environment.put(variable, value);
        assertThatThrownBy(() -> World.fromEnvironment(environment))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(found);
    }

    @Test
    void oneVariableOfALauncherIsEnoughToBeLaunched() {
        assertThat(World.isLaunched(Map.of())).isFalse();
        assertThat(World.isLaunched(Map.of("WORLD_SIZE", "2"))).isTrue();
    }
}
