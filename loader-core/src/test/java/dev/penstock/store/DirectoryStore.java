package dev.penstock.store;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// A directory of files as a store, for the tests of loader-core.
public final class DirectoryStore implements ObjectStore {

    private final Path directory;

    public DirectoryStore(Path directory) {
        this.directory = directory;
    }

    @Override
    public URI root() {
        return directory.toUri();
    }

    @Override
    public Mono<ObjectMetadata> stat(String key) {
        return Mono.fromCallable(() -> metadata(key)).subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Flux<ObjectMetadata> list(String prefix) {
        return Flux.defer(() -> Flux.fromIterable(keys(prefix)).map(this::metadata))
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public Mono<Void> read(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        return Mono.<Void>fromRunnable(() -> readNow(object, offsetBytes, target))
                .subscribeOn(Schedulers.boundedElastic());
    }

    @Override
    public ObjectWriter write(String key) {
        return new FileWriter(key);
    }

    @Override
    public Optional<Path> localPath(String key) {
        return Optional.of(directory.resolve(key));
    }

    @Override
    public void close() {}

    private List<String> keys(String prefix) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .filter(key -> key.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private ObjectMetadata metadata(String key) {
        Path file = directory.resolve(key);
        try {
            long nanos = Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
            return new ObjectMetadata(key, Files.size(file), Long.toString(nanos));
        } catch (NoSuchFileException missing) {
            throw new ObjectMissingException(
                    FailureMessage.of("stat").with("key", key).with("found", "no such file"), missing);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void readNow(ObjectMetadata object, long offsetBytes, ReadTarget target) {
        ObjectMetadata found = metadata(object.key());
        boolean changed = !object.version().isEmpty() && !object.version().equals(found.version());
        if (changed || found.sizeBytes() != object.sizeBytes()) {
            throw new CorruptDataException(FailureMessage.of("read")
                    .with("key", object.key())
                    .with("expected", object)
                    .with("found", found));
        }
        try (FileChannel channel = FileChannel.open(directory.resolve(object.key()), StandardOpenOption.READ)) {
            while (target.wanted()) {
                long at = target.filledBytes();
                if (target.fill(at, Integer.MAX_VALUE, piece -> channel.read(piece, offsetBytes + at)) < 0) {
                    throw new CorruptDataException(FailureMessage.of("read").with("key", object.key()));
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private final class FileWriter implements ObjectWriter {

        private final String key;
        private final Path target;
        private final Path temporary;
        private final FileChannel channel;

        FileWriter(String key) {
            this.key = key;
            this.target = directory.resolve(key);
            try {
                Files.createDirectories(target.getParent());
                this.temporary = Files.createTempFile(target.getParent(), ".writing-", "");
                this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
        }

        @Override
        public void write(ByteBuffer bytes) {
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
        }

        @Override
        public ObjectMetadata commit() {
            try {
                channel.close();
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
            return metadata(key);
        }

        @Override
        public void close() {
            try {
                channel.close();
                Files.deleteIfExists(temporary);
            } catch (IOException unwritable) {
                throw new UncheckedIOException(unwritable);
            }
        }
    }
}
