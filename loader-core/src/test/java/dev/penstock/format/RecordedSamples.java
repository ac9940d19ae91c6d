package dev.penstock.format;

import dev.penstock.batch.Field;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a reader told of a shard, sample by sample.
final class RecordedSamples implements ShardVisitor {

    final List<Sample> samples = new ArrayList<>();
    final List<String> skipped = new ArrayList<>();
    int endMarkersMissing;
    private final Map<String, ByteArrayOutputStream> fields = new LinkedHashMap<>();
    private String key = "";
    private String field = "";

    record Sample(String key, Map<String, String> fields) {}

    static RecordedSamples ofTar(Path directory, byte[] archive) throws IOException {
        return read(directory, archive, (bytes, visitor) -> new TarShardReader(bytes, visitor).read());
    }

    static RecordedSamples ofTokens(Path directory, byte[] tokens, TokenFormat format) throws IOException {
        return read(directory, tokens, (bytes, visitor) -> new TokenShardReader(format, bytes, visitor).read());
    }

    interface Reading {
        void read(ShardBytes bytes, ShardVisitor visitor);
    }

    private static RecordedSamples read(Path directory, byte[] shard, Reading reading) throws IOException {
        Files.write(directory.resolve("shard"), shard);
        RecordedSamples recorded = new RecordedSamples();
        try (DirectoryStore store = new DirectoryStore(directory);
                ShardBytes bytes = new ShardBytes(store, new ObjectMetadata("shard", shard.length, ""), _ -> {})) {
            reading.read(bytes, recorded);
        }
        return recorded;
    }

    @Override
    public void beginSample(String sampleKey) {
        key = sampleKey;
        fields.clear();
    }

    @Override
    public void beginField(Field begun, long offset) {
        field = begun.name();
        fields.put(field, new ByteArrayOutputStream());
    }

    @Override
    public void bytes(MemorySegment bytes) {
        fields.get(field).writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void endSample() {
        Map<String, String> content = new LinkedHashMap<>();
        fields.forEach((name, bytes) -> content.put(name, bytes.toString(StandardCharsets.ISO_8859_1)));
        samples.add(new Sample(key, content));
    }

    @Override
    public void skipped(String name) {
        skipped.add(name);
    }

    @Override
    public void endMarkerMissing() {
        endMarkersMissing++;
    }
}
