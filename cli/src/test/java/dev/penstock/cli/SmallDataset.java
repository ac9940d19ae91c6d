package dev.penstock.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// A few hundred small files of very different length, and the shards they are packed into.
final class SmallDataset {

    static final int FILES = 300;

    private static final long SEED = 20_261_121;

    private SmallDataset() {}

    /// Writes the files; the same bytes every time.
    static Path files(Path directory) throws IOException {
        Random random = new Random(SEED);
        Files.createDirectories(directory);
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[1 + (int) Math.exp(random.nextDouble() * 6)];
            for (int b = 0; b < bytes.length; b++) {
                bytes[b] = (byte) ('a' + random.nextInt(4));
            }
            Files.write(directory.resolve("f%03d.txt".formatted(i)), bytes);
        }
        return directory;
    }

    /// Packs them into shards of a few kilobytes.
    static Path packed(Path directory, Object... options) throws IOException {
        Path shards = directory.resolve("shards");
        Object[] arguments = new Object[options.length + 5];
        arguments[0] = "pack";
        arguments[1] = files(directory.resolve("files"));
        arguments[2] = shards;
        arguments[3] = "--shard-size";
        arguments[4] = "32K";
        System.arraycopy(options, 0, arguments, 5, options.length);
        CommandRun.done(arguments);
        return shards;
    }
}
