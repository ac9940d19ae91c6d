package dev.penstock.pack;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.format.MemberName;
import dev.penstock.format.ShardFormat;
import dev.penstock.index.IndexBuilder;
import dev.penstock.index.IndexReport;
import dev.penstock.store.ObjectMetadata;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.Patience;
import dev.penstock.store.RetriedStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Packs a source into WebDataset tar shards and indexes them.
///
/// The same source and options give the same bytes. Files of one directory whose names differ only in their extension
/// become one sample, as WebDataset means it; every other file is a sample of its own. The destination may hold no
/// shards yet; after a failure the shards that were complete stay there, without a manifest.
///
/// Threading: blocks the calling thread.
public final class DatasetPacker {

    private final ObjectStore destination;
    private final PackOptions options;
    private final Patience patience;

    public DatasetPacker(ObjectStore destination, PackOptions options) {
        this(destination, options, Patience.defaults());
    }

    /// @param patience with a destination that does not answer
    public DatasetPacker(ObjectStore destination, PackOptions options, Patience patience) {
        this.destination = destination;
        this.options = options;
        this.patience = patience;
    }

    /// Packs and indexes one source.
    ///
    /// @param bytesDone told the payload bytes of each member packed
    public PackReport pack(Path source, LongConsumer bytesDone) {
        requireNoShards();
        Packing packing = new Packing(source, bytesDone);
        PackSource.SourceCounts counts;
        int shards;
        try (ShardRoller roller = new ShardRoller(destination, options.shardBytes())) {
            counts = PackSource.at(source).visit(options::wants, member -> packing.add(member, roller));
            roller.finish();
            shards = roller.shards();
        }
        requireMembers(source, packing, counts);
        IndexReport index = new IndexBuilder(destination, options.index(), patience).build(_ -> {});
        return new PackReport(
                packing.members, packing.payloadBytes, shards, counts.filteredOut(), counts.notRegular(), index);
    }

    /// A destination that is not there yet holds nothing; one that may not be listed might hold a dataset.
    private void requireNoShards() {
        Optional<String> shard = new RetriedStore(destination, patience, new LongAdder())
                        .list("")
                        .collectList()
                        .onErrorReturn(ObjectMissingException.class, List.of())
                        .blockOptional()
                        .orElseThrow()
                        .stream()
                        .map(ObjectMetadata::key)
                        .filter(key ->
                                ShardFormat.of(key, options.index().tokens()).isPresent())
                        .findFirst();
        if (shard.isPresent()) {
            throw new ConfigurationException(FailureMessage.of("packing a source")
                    .with("destination", destination.root())
                    .with("expected", "no shards")
                    .with("found", shard.get())
                    .remedy("name an empty destination, or empty this one"));
        }
    }

    private void requireMembers(Path source, Packing packing, PackSource.SourceCounts counts) {
        if (packing.members == 0) {
            throw new ConfigurationException(FailureMessage.of("packing a source")
                    .with("source", source)
                    .with("suffixes", options.suffixes())
                    .with("filteredOut", counts.filteredOut())
                    .with("found", "nothing to pack")
                    .remedy("name another source or other suffixes"));
        }
    }

    /// One run's state: what was packed, and the member before, to find two that claim the same place.
    private static final class Packing {

        private final Path source;
        private final LongConsumer bytesDone;
        private long members;
        private long payloadBytes;
        private @Nullable SourceMember previous;

        Packing(Path source, LongConsumer bytesDone) {
            this.source = source;
            this.bytesDone = bytesDone;
        }

        void add(SourceMember member, ShardRoller roller) {
            requireOwnPlace(member);
            try {
                roller.add(member);
            } catch (IOException unreadable) {
                throw PackSource.unreadable(source, member.origin(), unreadable);
            }
            previous = member;
            members++;
            payloadBytes += member.sizeBytes();
            bytesDone.accept(member.sizeBytes());
        }

        private void requireOwnPlace(SourceMember member) {
            MemberName name = member.name();
            if (previous != null && previous.name().equals(name)) {
                throw new ConfigurationException(FailureMessage.of("packing a source")
                        .with("source", source)
                        .with("sample", name.key())
                        .with("field", name.field())
                        .with("first", previous.origin())
                        .with("second", member.origin())
                        .remedy("rename one of the two, as they would be the same field of one sample"));
            }
        }
    }
}
