package dev.penstock.pack;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.format.MemberName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Every file of a zip, its checksum verified as it is read.
record ZipSource(Path zip) implements PackSource {

    @Override
    public SourceCounts visit(Predicate<String> wanted, Consumer<SourceMember> each) {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            List<SourceMember> members = new ArrayList<>(file.size());
            long filteredOut = 0;
            for (Enumeration<? extends ZipEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                requireContained(entry);
                if (entry.isDirectory()) {
                    continue;
                }
                if (wanted.test(entry.getName())) {
                    members.add(SourceMember.of(entry.getName(), entry.getSize(), () -> open(file, entry)));
                } else {
                    filteredOut++;
                }
            }
            members.sort(SourceMember.ORDER);
            members.forEach(each);
            return new SourceCounts(filteredOut, 0);
        } catch (IOException unreadable) {
            throw PackSource.unreadable(zip, zip, unreadable);
        }
    }

    private void requireContained(ZipEntry entry) {
        if (!MemberName.isContained(entry.getName())) {
            throw new CorruptDataException(FailureMessage.of("packing a source")
                    .with("source", zip)
                    .with("entry", entry.getName())
                    .with("expected", "a relative path without '..'")
                    .remedy("make the zip again, from inside its directory"));
        }
    }

    private InputStream open(ZipFile file, ZipEntry entry) throws IOException {
        return new VerifiedEntry(file.getInputStream(entry), entry);
    }

    /// The content of an entry, failing at its end when the checksum is not the one in the zip's directory.
    private final class VerifiedEntry extends CheckedInputStream {

        private final ZipEntry entry;

        VerifiedEntry(InputStream content, ZipEntry entry) {
            super(content, new CRC32());
            this.entry = entry;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            long computed = getChecksum().getValue();
            if (read < 0 && computed != entry.getCrc()) {
                throw new CorruptDataException(FailureMessage.of("packing a source")
                        .with("source", zip)
                        .with("entry", entry.getName())
                        .with("expected", "crc32 " + Long.toHexString(entry.getCrc()))
                        .with("found", Long.toHexString(computed))
                        .remedy("fetch the zip again"));
            }
            return read;
        }
    }
}
