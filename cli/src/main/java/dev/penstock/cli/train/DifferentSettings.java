package dev.penstock.cli.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What two descriptions of a run differ in, each made of `name=value`.
record DifferentSettings(String names, String saved, String now) {

    private static final Pattern SETTING = Pattern.compile("(\\w+)=([^\\[\\],\\s]+)");

    /// @param saved a text with settings in it, such as that of a record
    static DifferentSettings of(String saved, String now) {
        Map<String, String> before = settings(saved);
        Map<String, String> after = settings(now);
        StringJoiner names = new StringJoiner(", ");
        StringJoiner savedValues = new StringJoiner(", ");
        StringJoiner nowValues = new StringJoiner(", ");
        Map<String, String> all = new LinkedHashMap<>(before);
        after.forEach(all::putIfAbsent);
        for (String name : all.keySet()) {
            String was = before.getOrDefault(name, "none");
            String is = after.getOrDefault(name, "none");
            if (!was.equals(is)) {
                names.add(name.substring(0, name.indexOf(' ')));
                savedValues.add(was);
                nowValues.add(is);
            }
        }
        return new DifferentSettings(names.toString(), savedValues.toString(), nowValues.toString());
    }

    /// By name and how many times it came before: records within a record may have settings of the same name.
    private static Map<String, String> settings(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        Matcher found = SETTING.matcher(text);
        while (found.find()) {
            int before = 0;
            while (settings.containsKey(found.group(1) + " " + before)) {
                before++;
            }
            settings.put(found.group(1) + " " + before, found.group(2));
        }
        return settings;
    }
}
