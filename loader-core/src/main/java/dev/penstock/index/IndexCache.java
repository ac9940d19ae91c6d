package dev.penstock.index;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.RetryableException;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.RetriedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Indexes of remote datasets in a directory of this host, one file per dataset, shared by all its processes.
///
/// Opening a dataset that is there costs one request, which asks whether the manifest is still the one that was cached;
/// the manifest's size and version name the file. Where the store gives no versions the manifest itself is read, and
/// its digest names the file. Every file is verified against its checksums when it is opened; a torn one is counted and
/// fetched again.
///
/// Beside a dataset's index lie the versions that its shards had when they were last asked for, where a version that
/// was indexed does not pin: a later start takes them without a request. A shard that was replaced since is refused
/// when it is read; that makes the host forget, so that the next start asks again.
///
/// An origin that gives no answer at all, after a few retries, does not keep a run from starting: the copy opened last
/// is used, with a warning. That is safe, since reads are held to the versions in the index wherever the store has them
/// and every sample to its checksum, and it is wanted, since the disk tier may hold every byte the run needs. An origin
/// that answers no (missing, forbidden) is believed.
///
/// A dataset is known by its store's identity. A URL with another token is another dataset here: what a token opens is
/// for the server to say.
///
/// Of each dataset the latest state is kept, and what was not opened for 30 days is deleted when something new is
/// stored. A directory that cannot be used (read-only, full, not a directory) is counted, logged once, and gone
/// without: the index is then read into memory. Processes that need the same dataset wait for the one that fetches it,
/// as long as it gets on; one that holds the lock and does not makes the others go without the directory as well.
///
/// Threading: any thread; opening blocks.
public final class IndexCache {

    private static final Logger log = LoggerFactory.getLogger(IndexCache.class);

    private final Path directory;
    private final Duration longestSilence;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder tornFiles = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder unansweredOpens = new LongAdder();
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    /// @param directory created when something is stored
    public IndexCache(Path directory) {
        this(directory, FillLock.LONGEST_SILENCE);
    }

    /// @param longestSilence of another process that holds a dataset's lock
    IndexCache(Path directory, Duration longestSilence) {
        this.directory = directory.toAbsolutePath();
        this.longestSilence = longestSilence;
    }

    /// The cache of this user: `$XDG_CACHE_HOME/penstock/index`, or `~/.cache/penstock/index`.
    ///
    /// Not beside a disk tier: that directory belongs to one process, and commands without a disk tier need indexes
    /// too.
    public static IndexCache ofUser() {
        Path home = Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"));
        return new IndexCache(home.resolve("penstock").resolve("index"));
    }

    public IndexCacheCounters counters() {
        return new IndexCacheCounters(hits.sum(), misses.sum(), tornFiles.sum(), failures.sum(), unansweredOpens.sum());
    }

    OpenIndex open(RetriedStore store, Arena arena) {
        CachedBundles cached = new CachedBundles(directory, store, arena);
        ObjectMetadata manifest;
        try {
            manifest = Manifest.stat(cached.isHeld() ? store.hurried() : store);
        } catch (RetryableException unanswered) {
            return openUnanswered(cached, unanswered);
        }
        try {
            return openCached(cached, store, manifest);
        } catch (IOException | UncheckedIOException failure) {
            countFailure(failure);
            misses.increment();
            IndexBundle bundle = IndexBundle.of(Manifest.readJson(store, manifest), store.root());
            return bundle.open(IndexDownload.intoMemory(store, bundle, arena));
        }
    }

    private OpenIndex openCached(CachedBundles cached, ObjectStore store, ObjectMetadata manifest) throws IOException {
        String state = state(store, manifest);
        // A file that is not whole is reported by whoever looks again with the lock in hand.
        Optional<OpenIndex> held = find(cached, state, _ -> {});
        if (held.isPresent()) {
            return held.get();
        }
        try (FillLock _ = FillLock.take(cached.home(), longestSilence)) {
            // Another process may have been faster.
            held = find(cached, state, torn -> countTorn(cached, torn));
            if (held.isPresent()) {
                return held.get();
            }
            IndexBundle bundle = IndexBundle.of(Manifest.readJson(store, manifest), store.root());
            OpenIndex filled = cached.fill(state, bundle, store);
            misses.increment();
            discardOthers(cached, state);
            return filled;
        }
    }

    private static String state(ObjectStore store, ObjectMetadata manifest) {
        return manifest.version().isEmpty()
                ? HexFormat.of().formatHex(Sha256.start().digest(Manifest.readJson(store, manifest)))
                : Sha256.hex(manifest.sizeBytes() + "\n" + manifest.version());
    }

    private Optional<OpenIndex> find(CachedBundles cached, String state, Consumer<CorruptDataException> torn)
            throws IOException {
        try {
            Optional<OpenIndex> held = cached.find(state);
            if (held.isPresent()) {
                hits.increment();
                touch(cached, state);
            }
            return held;
        } catch (CorruptDataException notWhole) {
            torn.accept(notWhole);
            return Optional.empty();
        }
    }

    private void countTorn(CachedBundles cached, CorruptDataException torn) {
        tornFiles.increment();
        log.warn("a cached index in {} is not whole, fetching it again: {}", cached.home(), torn.getMessage());
    }

    /// The time of the last opening keeps a file from being deleted; a directory that is only readable serves as well.
    private void touch(CachedBundles cached, String state) {
        try {
            cached.touch(state);
        } catch (IOException readOnly) {
            countFailure(readOnly);
        }
    }

    private void discardOthers(CachedBundles cached, String state) {
        try {
            cached.discardOthers(state);
        } catch (IOException notDeleted) {
            countFailure(notDeleted);
        }
    }

    private OpenIndex openUnanswered(CachedBundles cached, RetryableException unanswered) {
        try {
            Optional<OpenIndex> latest = cached.latest();
            if (latest.isPresent()) {
                unansweredOpens.increment();
                log.warn(
                        "the origin does not answer, going on with the index cached in {}: {}",
                        cached.home(),
                        unanswered.getMessage());
                return latest.get();
            }
        } catch (IOException | CorruptDataException unusable) {
            unanswered.addSuppressed(unusable);
        }
        throw unanswered;
    }

    private void countFailure(Exception failure) {
        failures.increment();
        if (failureLogged.compareAndSet(false, true)) {
            log.warn("cannot use the index cache in {}, going on without: {}", directory, failure.toString());
        }
    }
}
