package dev.penstock.bench.servers;

import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Tag;

/// nginx, which serves what was packed into its directory by byte ranges with strong ETags.
@Tag("nginx")
class NginxTest extends ServedDatasetTests {

    private final String name = "test-" + UUID.randomUUID() + "/";

    @Override
    protected URI destination() {
        return Path.of(ServerSetting.PENSTOCK_NGINX_FILES.value(), name).toUri();
    }

    @Override
    protected URI origin() {
        return URI.create(ServerSetting.PENSTOCK_NGINX_URL.value() + name);
    }
}
