package dev.penstock.bench.servers;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// radosgw, an S3 server of another make than the one the SDK is tested with, that checks every signature.
@Tag("ceph")
class CephObjectGatewayTest {

    private static URI fresh() {
        return URI.create("s3://" + ServerSetting.PENSTOCK_CEPH_BUCKET.value() + "/test-" + UUID.randomUUID() + "/");
    }

    @Nested
    class Laws extends ObjectStoreLaws {

        private final URI root = fresh();

        @Override
        protected ObjectStore open() {
            return ObjectStores.open(root);
        }
    }

    @Nested
    class Dataset extends ServedDatasetTests {

        private final URI destination = fresh();

        @Override
        protected URI destination() {
            return destination;
        }
    }
}
