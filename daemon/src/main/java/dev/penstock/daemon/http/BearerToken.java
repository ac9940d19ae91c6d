package dev.penstock.daemon.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/// The token that an administrator shows (RFC 6750). Only its digest is kept, so nothing can print it.
public final class BearerToken {

    private static final String SCHEME = "Bearer ";

    /// Fewer can be guessed over a network.
    private static final int LEAST_CHARACTERS = 16;

    private final byte[] digest;

    private BearerToken(byte[] digest) {
        this.digest = digest;
    }

    /// Reads the token from a file that other users cannot read; white space around it does not count.
    public static BearerToken read(Path file) {
        SecretFile.requirePrivate("token-file", file);
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw SecretFile.unreadable("token-file", file, unreadable);
        }
        if (token.length() < LEAST_CHARACTERS || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw SecretFile.refused(
                    "token-file",
                    file,
                    token.length() + " characters",
                    "write one word of at least " + LEAST_CHARACTERS
                            + " printable ASCII characters into it, such as `openssl rand -hex 32` prints",
                    null);
        }
        return new BearerToken(sha256(token));
    }

    /// Whether an `Authorization` header shows this token; takes as long for a wrong one, wherever it differs.
    boolean isShownBy(@Nullable String authorization) {
        return authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        digest, sha256(authorization.substring(SCHEME.length()).strip()));
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
