package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The environment of a process, as launchers fill it; a variable that is blank is not set.
record LauncherVariables(Map<String, String> environment) {

    boolean has(String name) {
        return text(name).isPresent();
    }

    boolean hasAny(List<String> names) {
        return names.stream().anyMatch(this::has);
    }

    /// The value of a variable, without spaces around it.
    Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    /// The first of several variables that is set.
    Optional<String> firstOf(String... names) {
        return Stream.of(names).flatMap(name -> text(name).stream()).findFirst();
    }

    int number(String name) {
        String value = text(name).orElse("");
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new ConfigurationException(
                    FailureMessage.of("world").with(name, value).remedy("must be a whole number"), e);
        }
    }

    /// Fails, naming what is missing, unless all of a launcher's variables are set.
    void requireAll(List<String> names, String remedy) {
        List<String> missing = names.stream().filter(name -> !has(name)).toList();
        if (!missing.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("world")
                    .with(
                            "set",
                            String.join(" ", names.stream().filter(this::has).toList()))
                    .with("missing", String.join(" ", missing))
                    .remedy(remedy));
        }
    }
}
