package dev.penstock.bench.s3server;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who may ask: an access key and its secret, with a session token where it is temporary.
///
/// @param sessionToken null for a permanent key; not an `Optional`, because keys travel to a server's own process
public record AccessKey(String id, String secret, @Nullable String sessionToken) implements Serializable {

    /// A permanent key.
    public AccessKey(String id, String secret) {
        this(id, secret, null);
    }

    public Optional<String> token() {
        return Optional.ofNullable(sessionToken);
    }

    /// Neither the secret nor the token: a key may end up in a log.
    @Override
    public String toString() {
        return "AccessKey[" + id + "]";
    }
}
