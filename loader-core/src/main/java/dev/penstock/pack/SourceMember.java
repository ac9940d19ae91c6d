package dev.penstock.pack;

import dev.penstock.format.MemberName;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;

/// One file or line of a source, with the name it will have in the archive.
///
/// @param origin how the source names it
/// @param path the member's path in the archive
/// @param name the sample and field that the path means
/// @param content opens the bytes
record SourceMember(String origin, String path, MemberName name, long sizeBytes, Content content) {

    /// Members of one sample next to each other, and samples in the order of their keys.
    static final Comparator<SourceMember> ORDER = Comparator.comparing(
                    (SourceMember member) -> member.name().key())
            .thenComparing(member -> member.name().field());

    /// Opens the bytes of a member.
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    /// Names a file so that it belongs to a sample, changing no more than WebDataset's rules demand.
    ///
    /// - `Foo.java` stays, as sample `Foo` with field `java`.
    /// - `Makefile` and `Makefile.`, which have no extension, become `Makefile.bin`.
    /// - `.gitignore`, which has no key, becomes `_gitignore.bin`, and `.travis.yml` becomes `_travis.yml`.
    /// - `__x__/a.txt`, which readers skip, becomes `./__x__/a.txt`.
    static SourceMember of(String path, long sizeBytes, Content content) {
        String named = withExtension(path);
        String kept = MemberName.isReserved(named) ? "./" + named : named;
        return new SourceMember(path, kept, MemberName.of(kept).orElseThrow(), sizeBytes, content);
    }

    private static String withExtension(String path) {
        int base = path.lastIndexOf('/') + 1;
        String named = path.charAt(base) == '.' ? path.substring(0, base) + "_" + path.substring(base + 1) : path;
        int dot = named.indexOf('.', base);
        if (dot < 0) {
            return named + ".bin";
        }
        return dot == named.length() - 1 ? named + "bin" : named;
    }
}
