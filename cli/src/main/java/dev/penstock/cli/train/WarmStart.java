package dev.penstock.cli.train;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.trainer.model.Model;
import dev.penstock.trainer.weights.StrictWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Weights that a run begins with, in place of those drawn from its seed.
///
/// A run that continues from a checkpoint has no use for them, and is not given others.
///
/// @param file of safetensors, or a state dict of PyTorch
/// @param sha256 of the file
public record WarmStart(String file, String sha256) {

    /// Reads the whole file for its digest.
    public static WarmStart of(Path file) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return new WarmStart(file.toString(), HexFormat.of().formatHex(digest.digest()));
        } catch (IOException unreadable) {
            throw new StoreAccessException(
                    FailureMessage.of("reading weights")
                            .with("file", file)
                            .with("found", unreadable)
                            .remedy("a run that has a checkpoint continues without --weights too"),
                    unreadable);
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }

    void load(Model model) {
        StrictWeights.read(Path.of(file)).copyTo(model.stateDict());
    }
}
