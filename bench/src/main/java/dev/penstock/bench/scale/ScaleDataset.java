package dev.penstock.bench.scale;

import dev.penstock.batch.Batch;
import dev.penstock.batch.ElementType;
import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.format.TokenCut;
import dev.penstock.format.TokenFormat;
import dev.penstock.index.IndexBuilder;
import dev.penstock.index.IndexOptions;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/// An indexed dataset of tiny token samples in a temporary directory, each token a function of its place.
///
/// Ownership: closing deletes the directory.
final class ScaleDataset implements AutoCloseable {

    /// 16 bytes a sample: it is the number of samples that counts here.
    private static final int TOKENS_PER_SAMPLE = 8;

    private static final int SAMPLE_BYTES = TOKENS_PER_SAMPLE * Short.BYTES;

    private final Path directory;

    private ScaleDataset(Path directory) {
        this.directory = directory;
    }

    /// Writes and indexes `samples` samples in `shards` shards of the same size, but for the last.
    static ScaleDataset make(Path parent, long samples, int shards) {
        try {
            ScaleDataset dataset = new ScaleDataset(Files.createTempDirectory(parent, "penstock-scale-"));
            try {
                dataset.write(samples, shards);
                return dataset;
            } catch (IOException | RuntimeException failure) {
                dataset.close();
                throw failure;
            }
        } catch (IOException failure) {
            throw new StoreAccessException(
                    FailureMessage.of("making a dataset to measure on")
                            .with("directory", parent)
                            .with("found", failure)
                            .remedy("name another directory with --dir"),
                    failure);
        }
    }

    private void write(long samples, int shards) throws IOException {
        long perShard = Math.ceilDiv(samples, shards);
        for (int shard = 0; shard < shards; shard++) {
            long first = Math.min(samples, shard * perShard);
            long end = Math.min(samples, first + perShard);
            writeShard(directory.resolve(String.format(Locale.ROOT, "%06d.bin", shard)), first, end);
        }
        TokenFormat format = new TokenFormat(ElementType.UINT16, new TokenCut.Windows(TOKENS_PER_SAMPLE));
        try (ObjectStore store = open()) {
            new IndexBuilder(store, IndexOptions.defaults().withTokens(format)).build(_ -> {});
        }
    }

    private static void writeShard(Path file, long firstSample, long endSample) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact((endSample - firstSample) * SAMPLE_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (long place = firstSample * TOKENS_PER_SAMPLE; bytes.hasRemaining(); place++) {
            bytes.putShort(token(place));
        }
        bytes.flip();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    /// Multiplicative hashing (Knuth, TAOCP 6.4), so that neighbours differ.
    private static short token(long place) {
        return (short) ((place * 0x9E3779B97F4A7C15L) >>> 48);
    }

    ObjectStore open() {
        return ObjectStores.open(directory.toUri());
    }

    /// Fails unless every sample of the batch has the bytes that its number says.
    static void requireRightBytes(Batch batch) {
        MemorySegment tokens = batch.values(0);
        for (int sample = 0; sample < batch.sampleCount(); sample++) {
            long place = batch.sampleId(sample) * TOKENS_PER_SAMPLE;
            for (int token = 0; token < TOKENS_PER_SAMPLE; token++) {
                long at = (long) sample * SAMPLE_BYTES + (long) token * Short.BYTES;
                short found = tokens.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), at);
                if (found != token(place + token)) {
                    throw new CorruptDataException(FailureMessage.of("checking a sample before timing")
                            .with("sample", batch.sampleId(sample))
                            .with("token", token)
                            .with("expected", token(place + token))
                            .with("found", found));
                }
            }
        }
    }

    /// Size of shards and indexes.
    long storedBytes() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException failure) {
            throw unreadable("measuring", failure);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException failure) {
            throw unreadable("deleting", failure);
        }
    }

    private StoreAccessException unreadable(String what, IOException failure) {
        return new StoreAccessException(
                FailureMessage.of(what + " a dataset to measure on")
                        .with("directory", directory)
                        .with("found", failure),
                failure);
    }
}
