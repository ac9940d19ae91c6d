package dev.penstock.storage.hdfs;

import dev.penstock.store.ObjectMetadata;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/// One walk over a directory: its files as objects, in order of key; files that are being written are left out.
///
/// Directories come in pages from the name node, and only those are entered that can hold the prefix.
final class HdfsListing {

    private final FileSystem files;
    private final HdfsPaths paths;
    private final String prefix;

    HdfsListing(FileSystem files, HdfsPaths paths, String prefix) {
        this.files = files;
        this.paths = paths;
        this.prefix = prefix;
    }

    List<ObjectMetadata> objects(BooleanSupplier abandoned) throws IOException {
        List<ObjectMetadata> objects = new ArrayList<>();
        Deque<Path> directories = new ArrayDeque<>();
        directories.push(paths.directory());
        while (!directories.isEmpty() && !abandoned.getAsBoolean()) {
            RemoteIterator<FileStatus> entries = files.listStatusIterator(directories.pop());
            while (entries.hasNext()) {
                FileStatus entry = entries.next();
                String key = paths.key(entry.getPath());
                if (entry.isDirectory()) {
                    if ((key + "/").startsWith(prefix) || prefix.startsWith(key + "/")) {
                        directories.push(entry.getPath());
                    }
                } else if (key.startsWith(prefix) && !HdfsPaths.isPartial(entry.getPath())) {
                    objects.add(HdfsStore.metadata(key, entry));
                }
            }
        }
        objects.sort(Comparator.comparing(ObjectMetadata::key));
        return objects;
    }
}
