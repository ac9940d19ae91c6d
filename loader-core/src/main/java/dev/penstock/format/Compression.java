package dev.penstock.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Compressed files that are met under the name of a plain archive, told by their first bytes.
///
/// Sources: RFC 1952 (gzip), RFC 8878 (zstd), and the file format pages of bzip2 and xz.
enum Compression {
    GZIP("\u001f\u008b"),
    ZSTD("(\u00b5/\u00fd"),
    BZIP2("BZh"),
    XZ("\u00fd7zXZ\0");

    /// One character per byte.
    private final String magic;

    Compression(String magic) {
        this.magic = magic;
    }

    static Optional<Compression> of(byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(format -> text.startsWith(format.magic))
                .findFirst();
    }
}
