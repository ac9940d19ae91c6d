package dev.penstock.storage.mem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreLaws;
import dev.penstock.store.ObjectStores;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MemStoreTest extends ObjectStoreLaws {

    private final URI root = URI.create("mem://" + UUID.randomUUID());

    @Override
    protected ObjectStore open() {
        return ObjectStores.open(root);
    }

    @Test
    void namesDoNotShareObjects() {
        try (ObjectStore store = open();
                ObjectStore other = ObjectStores.open(URI.create("mem://" + UUID.randomUUID()))) {
            store.write("a").commit();
            assertThat(other.list("").collectList().block()).isEmpty();
        }
    }

    @Test
    void onlyANameIsAccepted() {
        for (String uri : new String[] {"mem:name", "mem:/path", "mem://name/path", "mem://name?q", "mem://name#f"}) {
            assertThatThrownBy(() -> ObjectStores.open(URI.create(uri)))
                    .as(uri)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("write mem://name");
        }
    }
}
