package dev.penstock.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanPageTest {

    @Test
    void textIsEscapedAndNotSearchedForPlaces() {
        String page = PlanPage.page("<script>{text}", "LENGTHS", "LOADS", "a < b & $1 {loads}");

        assertThat(page)
                .contains("<title>&lt;script&gt;{text}</title>", "<h1>&lt;script&gt;{text}</h1>")
                .contains("<pre>a &lt; b &amp; $1 {loads}</pre>")
                .containsOnlyOnce("LENGTHS")
                .containsOnlyOnce("LOADS")
                .doesNotContain("<script");
    }

    @Test
    void barsAreInProportionAndTheirTextIsEscaped() {
        String chart = PlanPage.chart(
                "\"a\"", List.of(new PlanPage.Bar("<i>", 2, "two"), new PlanPage.Bar("{value}", 1, "one")));

        assertThat(chart)
                .contains("aria-label=\"&quot;a&quot;\"", "height=\"32\"")
                .contains("&lt;i&gt;</text><rect x=\"96\" y=\"2\" width=\"360.0\"")
                .contains("{value}</text><rect x=\"96\" y=\"2\" width=\"180.0\"")
                .doesNotContain("<i>");
    }
}
