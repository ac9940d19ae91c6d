package dev.penstock.laws;

import dev.penstock.index.DatasetIndex;
import dev.penstock.pack.DatasetPacker;
import dev.penstock.pack.PackOptions;
import dev.penstock.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/// Makes the small datasets that the laws run over.
public final class LawDatasets {

    /// The block size the laws use: small, so that samples cross blocks.
    public static final int BLOCK_BYTES = 4096;

    private static final int SAMPLES = 53;
    private static final int SHARD_BYTES = 40_000;

    private LawDatasets() {}

    /// Packs 53 samples of 0 to 32 KiB, a few of them with a second field, into shards of a store.
    public static void pack(Path scratch, ObjectStore store) {
        Random random = new Random(20_261_121);
        Path source = scratch.resolve("source");
        try {
            Files.createDirectories(source);
            for (int i = 0; i < SAMPLES; i++) {
                byte[] text = new byte[i % 10 == 0 ? 0 : 1 + random.nextInt(1 << random.nextInt(1, 16))];
                random.nextBytes(text);
                String key = String.format(Locale.ROOT, "%03d", i);
                Files.write(source.resolve(key + ".txt"), text);
                if (i % 5 == 0) {
                    Files.write(source.resolve(key + ".cls"), new byte[] {(byte) i});
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        new DatasetPacker(store, PackOptions.defaults().withShardBytes(SHARD_BYTES)).pack(source, bytes -> {});
    }

    /// Opens a packed dataset; `stores` gives a store over the same objects each time.
    public static LawDataset open(Supplier<ObjectStore> stores) {
        ObjectStore store = stores.get();
        return new LawDataset(DatasetIndex.open(store), store, stores.get());
    }
}
