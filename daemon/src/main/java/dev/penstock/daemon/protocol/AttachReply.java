package dev.penstock.daemon.protocol;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.batch.Layout;
import dev.penstock.error.ConfigurationException;
import dev.penstock.loader.LoaderState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What a client that attached must know of its stream.
///
/// @param start first step that is delivered
/// @param stepCount first step that is not; `Long.MAX_VALUE` for an endless run
/// @param layout of every batch
/// @param state of the run at `start`
/// @param committed step of the job's last commit
public record AttachReply(
        List<Integer> localRanks,
        int ranks,
        long start,
        long stepCount,
        int batchSize,
        long sampleCount,
        List<Field> fields,
        Layout layout,
        LoaderState state,
        OptionalLong committed) {

    /// Adds the members to a reply.
    public void describe(ObjectNode reply) {
        if (localRanks.size() == 1) {
            reply.put("rank", localRanks.getFirst());
        } else {
            reply.putNull("rank");
        }
        reply.put("ranks", ranks).put("start", start).put("batch", batchSize).put("samples", sampleCount);
        if (stepCount == Long.MAX_VALUE) {
            reply.putNull("steps");
        } else {
            reply.put("steps", stepCount);
        }
        if (committed.isPresent()) {
            reply.put("committed", committed.getAsLong());
        } else {
            reply.putNull("committed");
        }
        reply.put("layout", layout.toString());
        if (layout instanceof Layout.Buckets buckets) {
            reply.put("bucketElements", buckets.elements());
        }
        ArrayNode columns = reply.putArray("fields");
        fields.forEach(field -> columns.addObject()
                .put("name", field.name())
                .put("type", field.type().name()));
        reply.set("state", Json.of(state));
    }

    private static Layout layout(ObjectNode reply) {
        Layout layout = Layout.parse(reply.required("layout").stringValue());
        JsonNode bucketElements = reply.path("bucketElements");
        return bucketElements.isIntegralNumber() ? layout.under(bucketElements.longValue()) : layout;
    }

    /// Reads what [#describe] wrote.
    public static AttachReply parse(ObjectNode reply) throws MalformedFrameException {
        try {
            List<Field> fields = new ArrayList<>();
            for (JsonNode field : reply.required("fields")) {
                fields.add(new Field(
                        field.required("name").stringValue(),
                        ElementType.valueOf(field.required("type").stringValue())));
            }
            int ranks = reply.required("ranks").intValue();
            List<Integer> localRanks = new ArrayList<>();
            if (reply.required("rank").isNull()) {
                for (int rank = 0; rank < ranks; rank++) {
                    localRanks.add(rank);
                }
            } else {
                localRanks.add(reply.required("rank").intValue());
            }
            JsonNode steps = reply.required("steps");
            JsonNode committed = reply.path("committed");
            return new AttachReply(
                    List.copyOf(localRanks),
                    ranks,
                    reply.required("start").longValue(),
                    steps.isNull() ? Long.MAX_VALUE : steps.longValue(),
                    reply.required("batch").intValue(),
                    reply.required("samples").longValue(),
                    List.copyOf(fields),
                    layout(reply),
                    LoaderState.parse(reply.required("state").toString()),
                    committed.isIntegralNumber() ? OptionalLong.of(committed.longValue()) : OptionalLong.empty());
        } catch (JacksonException | IllegalArgumentException | ConfigurationException malformed) {
            throw new MalformedFrameException("a reply to attach that cannot be read", malformed);
        }
    }
}
