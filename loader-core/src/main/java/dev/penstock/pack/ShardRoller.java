package dev.penstock.pack;

import dev.penstock.format.TarWriter;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes members into `shard-000000.tar`, `shard-000001.tar`, ..., beginning a new shard only between two samples.
///
/// Closing without [#finish] discards the shard being written.
final class ShardRoller implements AutoCloseable {

    private final ObjectStore destination;
    private final long shardBytes;
    private int shards;
    private String sampleKey = "";
    private @Nullable OpenShard open;

    ShardRoller(ObjectStore destination, long shardBytes) {
        this.destination = destination;
        this.shardBytes = shardBytes;
    }

    void add(SourceMember member) throws IOException {
        OpenShard shard = shardFor(member);
        sampleKey = member.name().key();
        try (InputStream content = member.content().open()) {
            shard.tar().member(member.path(), member.sizeBytes(), content);
        }
    }

    void finish() {
        if (open != null) {
            open.tar().end();
            open.writer().commit();
            open.writer().close();
            open = null;
        }
    }

    int shards() {
        return shards;
    }

    @Override
    public void close() {
        if (open != null) {
            open.writer().close();
        }
    }

    private OpenShard shardFor(SourceMember member) {
        OpenShard current = open;
        if (current != null) {
            boolean full = current.tar().bytes() + member.sizeBytes() > shardBytes;
            if (!full || member.name().key().equals(sampleKey)) {
                return current;
            }
            finish();
        }
        ObjectWriter writer = destination.write(String.format(Locale.ROOT, "shard-%06d.tar", shards++));
        OpenShard next = new OpenShard(writer, new TarWriter(writer));
        open = next;
        return next;
    }

    private record OpenShard(ObjectWriter writer, TarWriter tar) {}
}
