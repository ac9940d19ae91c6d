package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Slurm's short forms for many nodes: `node[003-005,9],login1` and `2(x3),1`.
final class SlurmNodes {

    /// A name with any number of brackets, up to the comma that ends it.
    private static final Pattern FIRST = Pattern.compile("(?:[^,\\[\\]\\s]|\\[[^\\[\\]]+])+");

    /// The first number of a bracket, with its leading zeros.
    private static final Pattern BRACKET = Pattern.compile("\\[(\\w+)[^\\[\\]]*]");

    private static final Pattern TASKS = Pattern.compile("(\\d{1,9})(?:\\(x(\\d{1,9})\\))?");

    private SlurmNodes() {}

    /// The first node of a list, as in `node003`.
    static String first(String nodes) {
        Matcher first = FIRST.matcher(nodes);
        if (!first.lookingAt() || (first.end() < nodes.length() && nodes.charAt(first.end()) != ',')) {
            throw new ConfigurationException(FailureMessage.of("world")
                    .with("nodes", nodes)
                    .remedy("no list of nodes as Slurm writes it; set MASTER_ADDR and MASTER_PORT"));
        }
        return BRACKET.matcher(first.group()).replaceAll("$1");
    }

    /// How many tasks a node of the list has, counted from 0; empty where the list does not say.
    static OptionalInt tasks(String list, int node) {
        Matcher group = TASKS.matcher(list);
        long nodes = 0;
        while (group.find()) {
            nodes += group.group(2) == null ? 1 : Integer.parseInt(group.group(2));
            if (node < nodes) {
                return OptionalInt.of(Integer.parseInt(group.group(1)));
            }
        }
        return OptionalInt.empty();
    }
}
