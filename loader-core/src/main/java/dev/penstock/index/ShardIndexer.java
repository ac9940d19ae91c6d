package dev.penstock.index;

import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.format.ShardVisitor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns what a reader passes in one shard into index columns, applying the policy for over-long samples.
final class ShardIndexer implements ShardVisitor {

    private final String shard;
    private final IndexOptions options;
    private final IndexColumns columns;
    private final List<List<FieldValue>> sample = new ArrayList<>();
    private String key = "";
    private @Nullable FieldCutter cutter;

    private long samplesSplit;
    private long piecesMade;
    private long samplesTruncated;
    private long samplesDropped;
    private long membersSkipped;
    private long endMarkersMissing;

    ShardIndexer(String shard, IndexOptions options, Arena arena) {
        this.shard = shard;
        this.options = options;
        this.columns = new IndexColumns(arena, shard);
    }

    IndexColumns columns() {
        return columns;
    }

    IndexCounters counters() {
        return new IndexCounters(
                samplesSplit, piecesMade, samplesTruncated, samplesDropped, membersSkipped, endMarkersMissing);
    }

    @Override
    public void beginSample(String sampleKey) {
        key = sampleKey;
        sample.clear();
    }

    @Override
    public void beginField(Field field, long offset) {
        endField();
        cutter = new FieldCutter(field, offset, options.cuts() ? options.maxLength() : Integer.MAX_VALUE);
    }

    @Override
    public void bytes(MemorySegment bytes) {
        if (cutter != null) {
            cutter.add(bytes);
        }
    }

    @Override
    public void endSample() {
        endField();
        if (options.cuts()) {
            addCut();
        } else {
            addWhole();
        }
    }

    @Override
    public void skipped(String name) {
        membersSkipped++;
    }

    @Override
    public void endMarkerMissing() {
        endMarkersMissing++;
    }

    private void endField() {
        if (cutter != null) {
            sample.add(cutter.end());
            cutter = null;
        }
    }

    private void addCut() {
        if (sample.size() > 1) {
            throw refused(FailureMessage.of("cutting over-long samples")
                    .with(
                            "fields",
                            sample.stream()
                                    .map(pieces -> pieces.getFirst().field().name())
                                    .toList())
                    .with("policy", options.overlong())
                    .with("expected", "a dataset of one field")
                    .remedy("choose drop or refuse, as only a single field can be cut"));
        }
        List<FieldValue> pieces = sample.getFirst();
        if (pieces.size() == 1) {
            add(key, pieces);
        } else if (options.overlong() == Overlong.TRUNCATE) {
            samplesTruncated++;
            add(key, pieces.subList(0, 1));
        } else {
            samplesSplit++;
            piecesMade += pieces.size();
            for (int p = 0; p < pieces.size(); p++) {
                add(key + "#" + p, pieces.subList(p, p + 1));
            }
        }
    }

    private void addWhole() {
        List<FieldValue> values = new ArrayList<>(sample.size());
        for (List<FieldValue> pieces : sample) {
            values.add(pieces.getFirst());
            if (pieces.size() > 1) {
                throw refused(FailureMessage.of("indexing a sample")
                        .with("field", pieces.getFirst().field().name())
                        .with("expected", "less than 2 GiB in a field")
                        .remedy("state a maximum length and choose split or truncate"));
            }
        }
        add(key, values);
    }

    private void add(String name, List<FieldValue> values) {
        long length = length(values);
        if (length <= options.maxLength()) {
            columns.add(name, (int) length, values);
        } else if (options.overlong() == Overlong.DROP && options.maxLength() != IndexOptions.NO_MAXIMUM) {
            samplesDropped++;
        } else {
            throw refused(FailureMessage.of("indexing a sample")
                    .with("length", length)
                    .with("maxLength", options.maxLength())
                    .remedy("raise the maximum, or choose split, truncate or drop"));
        }
    }

    private long length(List<FieldValue> values) {
        if (options.lengthField().isEmpty()) {
            return values.stream().mapToLong(FieldValue::elements).sum();
        }
        String wanted = options.lengthField().get();
        return values.stream()
                .filter(value -> value.field().name().equals(wanted))
                .mapToLong(FieldValue::elements)
                .findFirst()
                .orElseThrow(() -> refused(FailureMessage.of("indexing a sample")
                        .with("lengthField", wanted)
                        .with(
                                "fields",
                                values.stream()
                                        .map(value -> value.field().name())
                                        .toList())
                        .remedy("choose a length field that every sample has")));
    }

    private ConfigurationException refused(FailureMessage message) {
        return new ConfigurationException(message.with("shard", shard).with("key", key));
    }
}
