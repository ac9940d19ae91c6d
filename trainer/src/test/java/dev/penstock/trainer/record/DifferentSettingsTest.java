package dev.penstock.trainer.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DifferentSettingsTest {

    @Test
    void onlyWhatDiffersIsNamed() {
        assertThat(DifferentSettings.of(
                        "Recipe[shape=Shape[layers=2, width=64], rate=0.1] steps=60",
                        "Recipe[shape=Shape[layers=4, width=64], rate=0.1] steps=80"))
                .isEqualTo(new DifferentSettings("layers, steps", "2, 60", "4, 80"));
    }

    @Test
    void aNameThatComesAgainIsAnotherSetting() {
        assertThat(DifferentSettings.of("Recipe[steps=40] steps=4", "Recipe[steps=40] steps=6"))
                .isEqualTo(new DifferentSettings("steps", "4", "6"));
    }

    @Test
    void settingsThatCameOrWentAreNamed() {
        assertThat(DifferentSettings.of("a=1 b=2", "a=1 c=3"))
                .isEqualTo(new DifferentSettings("b, c", "2, none", "none, 3"));
    }

    @Test
    void aCommaWithinAValueIsPartOfIt() {
        assertThat(DifferentSettings.of("Cost[cost=12,3,0, layout=packed]", "Cost[cost=12,3,1, layout=packed]"))
                .isEqualTo(new DifferentSettings("cost", "12,3,0", "12,3,1"));
    }

    @Test
    void textsWithoutNamesAreGivenWhole() {
        assertThat(DifferentSettings.of("one", "two"))
                .isEqualTo(new DifferentSettings(DifferentSettings.UNNAMED, "one", "two"));
    }
}
