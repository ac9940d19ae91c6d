package dev.penstock.cli.plan;

import dev.penstock.cli.report.Amounts;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The plan as one HTML file that needs nothing else: lengths, rank loads under each way to balance, and the text.
///
/// Drawn as SVG from the templates beside this class.
public final class PlanPage {

    private static final int BAR_PIXELS = 360;
    private static final int ROW_PIXELS = 16;
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

    private PlanPage() {}

    /// Writes the file.
    ///
    /// @param lines what the command printed
    public static void write(Path file, String title, BalanceForecast forecast, List<String> lines) {
        StringBuilder loads = new StringBuilder();
        forecast.loads().forEach((balance, rankLoads) -> loads.append(chart("balance " + balance, bars(rankLoads))));
        String page = page(
                title,
                chart("samples by length", forecast.histogram().bars()),
                loads.toString(),
                String.join("\n", lines));
        try {
            Files.writeString(file, page);
        } catch (IOException notWritten) {
            throw new StoreAccessException(
                    FailureMessage.of("writing the plan").with("html", file).with("found", notWritten), notWritten);
        }
    }

    /// @param lengths,loads charts; title and text are escaped here
    static String page(String title, String lengths, String loads, String text) {
        return filled(
                "plan.html",
                Map.of("title", escaped(title), "lengths", lengths, "loads", loads, "text", escaped(text)));
    }

    /// One bar of a chart.
    ///
    /// @param length in units of the chart's own
    record Bar(String label, double length, String value) {}

    private static List<Bar> bars(RankLoads loads) {
        return IntStream.range(0, loads.ranks())
                .mapToObj(place -> new Bar(
                        Integer.toString(place + 1),
                        loads.atPlace(place),
                        Amounts.format("%.3f", loads.atPlace(place))))
                .toList();
    }

    static String chart(String caption, List<Bar> bars) {
        double longest = bars.stream().mapToDouble(Bar::length).max().orElse(1);
        StringBuilder drawn = new StringBuilder();
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double width = longest == 0 ? 0 : BAR_PIXELS * bar.length() / longest;
            drawn.append(filled(
                    "bar.svg",
                    Map.of(
                            "y", Integer.toString(i * ROW_PIXELS),
                            "width", Amounts.format("%.1f", width),
                            "label", escaped(bar.label()),
                            "value", escaped(bar.value()))));
        }
        return filled(
                "chart.svg",
                Map.of(
                        "caption", escaped(caption),
                        "height", Integer.toString(bars.size() * ROW_PIXELS),
                        "bars", drawn.toString()));
    }

    /// A template with its places filled in one pass, so that what is filled in is not searched for places.
    private static String filled(String template, Map<String, String> values) {
        return PLACE.matcher(template(template)).replaceAll(place -> Matcher.quoteReplacement(value(place, values)));
    }

    private static String value(MatchResult place, Map<String, String> values) {
        String value = values.get(place.group(1));
        if (value == null) {
            throw new IllegalStateException("nothing to fill in for " + place.group());
        }
        return value;
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String template(String name) {
        try (InputStream resource = PlanPage.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException("the class path lacks the template " + name);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
