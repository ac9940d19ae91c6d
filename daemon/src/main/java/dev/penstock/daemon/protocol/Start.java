package dev.penstock.daemon.protocol;

import dev.penstock.loader.LoaderState;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Where an attached stream begins.
public sealed interface Start {

    /// Reads a step, a state or `"committed"`; step 0 where there is nothing.
    static Start parse(@Nullable JsonNode json) {
        if (json == null) {
            return new AtStep(0);
        }
        if (json instanceof ObjectNode) {
            return new After(LoaderState.parse(json.toString()));
        }
        if (json.isString() && json.stringValue().equals(COMMITTED)) {
            return new Committed();
        }
        return new AtStep(Members.number("start", json));
    }

    String COMMITTED = "committed";

    JsonNode toJson();

    /// At a step.
    record AtStep(long step) implements Start {
        @Override
        public JsonNode toJson() {
            return Json.of(step);
        }
    }

    /// Where an earlier run stood; it must be the same run.
    record After(LoaderState state) implements Start {
        @Override
        public JsonNode toJson() {
            return Json.of(state);
        }
    }

    /// After the last commit of the job that the daemon knows, else at step 0.
    record Committed() implements Start {
        @Override
        public JsonNode toJson() {
            return Json.of(COMMITTED);
        }
    }
}
