package dev.penstock.daemon.protocol;

import dev.penstock.memory.SharedAccess;
import dev.penstock.memory.SlotArena;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a client wants to be delivered, and how.
///
/// @param job name of the run; its ranks share it
/// @param uri the dataset, as the daemon reaches it
/// @param options what is delivered, by the names of the command line without dashes
/// @param credits batches that may be out to this client
/// @param slotBytes memory of a stream that is begun for this client; the daemon's default where it is not stated
public record AttachRequest(
        String job,
        String uri,
        SortedMap<String, String> options,
        Start start,
        Sharing sharing,
        int credits,
        OptionalLong slotBytes) {

    /// Enough that a consumer never waits for the way to the daemon and back; few enough to leave room to read ahead.
    public static final int DEFAULT_CREDITS = 4;

    /// Announcements of so many batches fit a socket's buffer, so that sending one never waits.
    public static final int MAX_CREDITS = 64;

    /// Long enough for any name that says something; a name is a label of metrics and a column on a screen.
    private static final int LONGEST_JOB = 200;

    /// Who may have the memory of a stream.
    public enum Sharing {
        /// Every client with an equal plan, for reading.
        SHARED,
        /// One client, which may write.
        EXCLUSIVE;

        public SharedAccess access() {
            return this == SHARED ? SharedAccess.READ : SharedAccess.WRITE;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public AttachRequest {
        options = new TreeMap<>(options);
    }

    /// From step 0, shared, with the defaults of the daemon.
    public static AttachRequest of(String job, String uri, Map<String, String> options) {
        return new AttachRequest(
                job,
                uri,
                new TreeMap<>(options),
                new Start.AtStep(0),
                Sharing.SHARED,
                DEFAULT_CREDITS,
                OptionalLong.empty());
    }

    public AttachRequest withStart(Start value) {
        return new AttachRequest(job, uri, options, value, sharing, credits, slotBytes);
    }

    public AttachRequest withSharing(Sharing value) {
        return new AttachRequest(job, uri, options, start, value, credits, slotBytes);
    }

    public AttachRequest withCredits(int value) {
        return new AttachRequest(job, uri, options, start, sharing, value, slotBytes);
    }

    public AttachRequest withSlotBytes(long value) {
        return new AttachRequest(job, uri, options, start, sharing, credits, OptionalLong.of(value));
    }

    static AttachRequest parse(Members members) {
        @Nullable JsonNode slots = members.optional("slots");
        return new AttachRequest(
                job(members),
                members.text("uri"),
                members.texts("options"),
                Start.parse(members.optional("start")),
                members.constant("access", Sharing.SHARED, Sharing.class),
                (int) members.number("credits", DEFAULT_CREDITS, 1, MAX_CREDITS),
                slots == null ? OptionalLong.empty() : OptionalLong.of(slotBytes(slots)));
    }

    private static long slotBytes(JsonNode slots) {
        long bytes = Members.number("slots", slots);
        if (bytes < SlotArena.GRANULE_BYTES) {
            throw Members.refused("slots", bytes, "it is " + SlotArena.GRANULE_BYTES + " at least");
        }
        return bytes;
    }

    private static String job(Members members) {
        String job = members.text("job");
        if (job.length() > LONGEST_JOB) {
            throw Members.refused("job", job.length() + " characters", "it has " + LONGEST_JOB + " at most");
        }
        return job;
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object()
                .put("job", job)
                .put("uri", uri)
                .put("access", sharing.toString())
                .put("credits", credits);
        json.set("options", Json.of(options));
        json.set("start", start.toJson());
        slotBytes.ifPresent(bytes -> json.put("slots", bytes));
        return json;
    }
}
