package dev.penstock.bench.servers;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// CephFS as ceph-fuse mounts it: a distributed file system whose direct reads are aligned to 4 MiB.
@Tag("ceph")
class CephFileSystemTest {

    private static URI fresh(String mode) {
        Path directory = Path.of(ServerSetting.PENSTOCK_CEPH_MOUNT.value(), "test-" + UUID.randomUUID());
        return URI.create(directory.toUri() + "?io=" + mode);
    }

    @Nested
    class Laws extends ObjectStoreLaws {

        private final URI root = fresh("auto");

        @Override
        protected ObjectStore open() {
            return ObjectStores.open(root);
        }
    }

    @Nested
    class DirectLaws extends ObjectStoreLaws {

        private final URI root = fresh("direct");

        @Override
        protected ObjectStore open() {
            return ObjectStores.open(root);
        }
    }

    @Nested
    class BufferedDataset extends ServedDatasetTests {

        private final URI destination = fresh("buffered");

        @Override
        protected URI destination() {
            return destination;
        }
    }

    @Nested
    class DirectDataset extends ServedDatasetTests {

        private final URI destination = fresh("direct");

        @Override
        protected URI destination() {
            return destination;
        }
    }
}
