package dev.penstock.cli.profile;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The steps that a profile is made of, counted over the whole run; `toString()` is the text that [#parse] reads.
///
/// @param end first step that is not in it
public record ProfileWindow(long first, long end) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18}):(\\d{1,18})");

    public ProfileWindow {
        if (first < 0 || end <= first) {
            throw refused(first + ":" + end);
        }
    }

    /// Reads `100:120`, which is steps 100 to 119.
    public static ProfileWindow parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw refused(text);
        }
        return new ProfileWindow(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    private static ConfigurationException refused(String text) {
        return new ConfigurationException(FailureMessage.of("profile option")
                .with("value", text)
                .remedy("write FIRST:END with FIRST before END, as in 100:120 for steps 100 to 119"));
    }

    /// Fails with [ConfigurationException] unless a run has all of these steps.
    public void requireWithin(long stepCount) {
        if (end > stepCount) {
            throw new ConfigurationException(FailureMessage.of("profiling")
                    .with("profile", this)
                    .with("steps", stepCount)
                    .remedy("name steps of the run, which ends before step " + stepCount));
        }
    }

    boolean contains(long step) {
        return first <= step && step < end;
    }

    /// Why a run that begins at `startStep` has only a part of the window, or nothing; empty where it has it all.
    public Optional<String> lackingFrom(long startStep) {
        if (startStep <= first) {
            return Optional.empty();
        }
        return Optional.of(
                startStep < end
                        ? "the profile of steps " + this + " begins at step " + startStep + ", where the run goes on"
                        : "no profile: the run goes on at step " + startStep + ", after the window " + this);
    }

    @Override
    public String toString() {
        return first + ":" + end;
    }
}
