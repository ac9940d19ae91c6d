package dev.penstock.trainer.record;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What two descriptions of a run differ in, each made of `name=value`.
///
/// @param names of the settings; [#UNNAMED] where only other text differs
/// @param saved their values in the one
/// @param now their values in the other
public record DifferentSettings(String names, String saved, String now) {

    /// In place of names: both texts are given whole.
    public static final String UNNAMED = "settings";

    /// A comma within a value, as in `12,3,0`, is part of it; one that a record writes after it is not.
    private static final Pattern SETTING = Pattern.compile("(\\w+)=((?:[^\\[\\],\\s]|,(?!\\s))+)");

    /// @param saved a text with settings in it, such as that of a record
    public static DifferentSettings of(String saved, String now) {
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
        return names.length() == 0
                ? new DifferentSettings(UNNAMED, saved, now)
                : new DifferentSettings(names.toString(), savedValues.toString(), nowValues.toString());
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
