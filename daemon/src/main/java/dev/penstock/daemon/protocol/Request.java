package dev.penstock.daemon.protocol;

import dev.penstock.error.ConfigurationException;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/// What a client asks for; each has a reply.
public sealed interface Request permits Request.Attach, Request.State, Request.Commit, Request.Ask {

    /// Reads the body of a REQUEST without its id; fails with a [ConfigurationException] that names the member.
    static Request parse(ObjectNode json) {
        Members members = new Members(json);
        members.optional(ID);
        String verb = members.text("do");
        Request request = switch (verb) {
            case "attach" -> new Attach(AttachRequest.parse(members));
            case "state" -> new State(members.number("step"));
            case "commit" -> new Commit(members.number("step"));
            case "detach" -> Ask.DETACH;
            case "stats" -> Ask.STATS;
            case "health" -> Ask.HEALTH;
            case "wait" -> Ask.WAIT;
            default -> throw Members.refused("do", verb, "use attach, state, commit, detach, stats, health or wait");
        };
        members.requireNoMore();
        return request;
    }

    /// The member that a reply repeats.
    String ID = "id";

    /// The request as JSON.
    ObjectNode toJson();

    /// Batches, from a step on.
    record Attach(AttachRequest settings) implements Request {
        @Override
        public ObjectNode toJson() {
            return settings.toJson().put("do", "attach");
        }
    }

    /// What to save so that a later run continues with a step.
    record State(long step) implements Request {
        @Override
        public ObjectNode toJson() {
            return Json.object().put("do", "state").put("step", step);
        }
    }

    /// A checkpoint that continues with a step is safe.
    record Commit(long step) implements Request {
        @Override
        public ObjectNode toJson() {
            return Json.object().put("do", "commit").put("step", step);
        }
    }

    /// Those without a member of their own.
    enum Ask implements Request {
        DETACH,
        STATS,
        HEALTH,
        /// Whether a batch can come before the client gives one back.
        WAIT;

        @Override
        public ObjectNode toJson() {
            return Json.object().put("do", name().toLowerCase(Locale.ROOT));
        }
    }
}
