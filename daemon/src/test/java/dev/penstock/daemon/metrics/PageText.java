package dev.penstock.daemon.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A page in version 0.0.4 of the text format of Prometheus, read as strictly as the format is written down: every line
/// is a comment of a family or a sample of the family above it, and no series comes twice.
///
/// @param types of the families, by name
/// @param values of the series, by name and labels
record PageText(Map<String, String> types, Map<String, Double> values) {

    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") \\S.*");
    private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|summary)");
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\n\"])*\"";
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(\\{" + LABEL + "(?:," + LABEL + ")*,?})? (\\S+)");

    static PageText parse(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("the page does not end with a line feed");
        }
        Map<String, String> types = new LinkedHashMap<>();
        Map<String, Double> values = new TreeMap<>();
        String helped = "";
        String family = "";
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                helped = help.group(1);
            } else if (type.matches()) {
                family = type.group(1);
                require(family.equals(helped) && types.put(family, type.group(2)) == null, line);
            } else {
                require(sample.matches() && isOf(sample.group(1), family, types.get(family)), line);
                String series = sample.group(1) + (sample.group(2) == null ? "" : sample.group(2));
                require(values.put(series, Double.valueOf(sample.group(3))) == null, line);
            }
        }
        return new PageText(types, values);
    }

    private static boolean isOf(String name, String family, String type) {
        return "summary".equals(type)
                ? Set.of(family + "_count", family + "_sum").contains(name)
                : name.equals(family);
    }

    private static void require(boolean holds, String line) {
        if (!holds) {
            throw new AssertionError("not the text format: " + line);
        }
    }

    /// Whether the value of a series may only grow.
    boolean isCounter(String series) {
        String name = series.replaceFirst("\\{.*", "");
        return "counter".equals(types.get(name)) || name.endsWith("_count") || name.endsWith("_sum");
    }

    double value(String series) {
        Double value = values.get(series);
        if (value == null) {
            throw new AssertionError("no series " + series);
        }
        return value;
    }
}
