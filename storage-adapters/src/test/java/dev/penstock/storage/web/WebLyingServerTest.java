package dev.penstock.storage.web;

import dev.penstock.storage.http.LyingServerLaws;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStores;
import java.net.URI;

class WebLyingServerTest extends LyingServerLaws {

    @Override
    protected ObjectStore open(URI server) {
        return ObjectStores.open(server);
    }
}
