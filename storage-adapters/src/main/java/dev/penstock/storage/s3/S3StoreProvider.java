package dev.penstock.storage.s3;

import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreProvider;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/// Opens `s3://BUCKET/PREFIX`; [S3Location] has the parameters.
///
/// Credentials come from where the AWS tools look for them: the environment, profiles, web identity tokens,
/// containers and instances. Opening asks for them once, so that their absence shows before any work.
public final class S3StoreProvider implements ObjectStoreProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("s3");
    }

    @Override
    public ObjectStore open(URI root) {
        Map<String, String> environment = System.getenv();
        S3Location location = S3Location.of(root, environment);
        return S3Store.open(location, S3Credentials.of(location), environment);
    }
}
