package dev.penstock.format;

import dev.penstock.batch.Field;
import dev.penstock.error.CorruptDataException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a WebDataset tar: consecutive members with one key are a sample, each member a field.
///
/// - A field holds bytes, or the numbers that [MemberName#elementType] finds in its name.
/// - Understood: POSIX ustar, pax `path` and `size`, GNU long names and base-256 sizes.
/// - Skipped and counted: whatever is not a regular file, and names that [MemberName#of] finds in no sample.
/// - A key that comes again after another one begins a new sample, as it does in WebDataset.
/// - An archive may lack its end marker where it ends exactly behind a member, as GNU tar and WebDataset accept it;
///   this is counted. Ending anywhere else, or bytes other than zero behind the marker, is an error.
/// - Sparse members and global pax headers that rename members are errors: their bytes are not what they seem.
public final class TarShardReader {

    /// Far above any path, and small enough that a damaged size cannot exhaust the heap.
    private static final int MAX_EXTENDED_HEADER_BYTES = 1 << 20;

    private final ShardBytes in;
    private final ShardVisitor visitor;
    private final Map<String, Field> fields = new HashMap<>();
    private final Set<String> sampleFields = new HashSet<>();
    private @Nullable String sampleKey;
    private @Nullable String longName;
    private Map<String, String> pax = Map.of();

    public TarShardReader(ShardBytes in, ShardVisitor visitor) {
        this.in = in;
        this.visitor = visitor;
    }

    /// Reads to the end of the shard; once.
    public void read() {
        if (in.remaining() == 0) {
            throw in.corrupt(0, "an archive, which has at least its end marker", "an empty object");
        }
        while (in.remaining() > 0) {
            long offset = in.position();
            byte[] block = headerBlock();
            if (isZero(block)) {
                requireZerosToTheEnd();
                endSample();
                return;
            }
            member(TarHeader.decode(block, in, offset), offset);
        }
        endSample();
        visitor.endMarkerMissing();
    }

    private byte[] headerBlock() {
        long offset = in.position();
        byte[] block = in.take(TarHeader.BLOCK_BYTES).toArray(ValueLayout.JAVA_BYTE);
        if (offset == 0) {
            requireUncompressed(block);
        }
        if (block.length < TarHeader.BLOCK_BYTES) {
            throw cutShort(offset, "a tar header", TarHeader.BLOCK_BYTES, block.length);
        }
        return block;
    }

    private void requireUncompressed(byte[] start) {
        Optional<Compression> compression = Compression.of(start);
        if (compression.isPresent()) {
            throw in.corrupt(0, "an uncompressed tar, in which samples can be found by offset", compression.get());
        }
    }

    private void member(TarHeader header, long offset) {
        switch (header.type()) {
            case 'L' -> longName = withoutTerminator(extended(header, offset), offset);
            case 'x', 'X' -> pax = PaxRecords.decode(extended(header, offset), in, offset);
            case 'g' -> requireHarmless(PaxRecords.decode(extended(header, offset), in, offset), offset);
            case 'K' -> extended(header, offset);
            default -> {
                file(header, offset);
                longName = null;
                pax = Map.of();
            }
        }
    }

    private void file(TarHeader header, long offset) {
        String path = path(header);
        if (!MemberName.isContained(path)) {
            throw in.corruptMember(path, offset, "a relative path without '..'", path);
        }
        long sizeBytes = hasBytes(header.type()) ? sizeBytes(header, offset) : 0;
        requireRemaining("member " + path, sizeBytes);
        MemberName name = isRegular(header.type(), path) ? MemberName.of(path).orElse(null) : null;
        if (name == null) {
            visitor.skipped(path);
            in.skip(sizeBytes);
        } else {
            requireNotSparse(header, path, offset);
            field(name, path, sizeBytes);
        }
        skipPadding(sizeBytes);
    }

    private void field(MemberName name, String path, long sizeBytes) {
        if (!name.key().equals(sampleKey)) {
            endSample();
            sampleKey = name.key();
            visitor.beginSample(name.key());
        }
        long offset = in.position();
        if (!sampleFields.add(name.field())) {
            throw in.corruptMember(path, offset, "one field '" + name.field() + "' in sample " + name.key(), "two");
        }
        Field field = fields.computeIfAbsent(name.field(), f -> new Field(f, MemberName.elementType(f)));
        int widthBytes = field.type().widthBytes();
        if (sizeBytes % widthBytes != 0) {
            throw in.corruptMember(path, offset, "whole elements of " + widthBytes + " bytes", sizeBytes + " bytes");
        }
        visitor.beginField(field, offset);
        for (long left = sizeBytes; left > 0; ) {
            MemorySegment bytes = in.take(left);
            visitor.bytes(bytes);
            left -= bytes.byteSize();
        }
    }

    private void endSample() {
        if (sampleKey != null) {
            visitor.endSample();
            sampleKey = null;
            sampleFields.clear();
        }
    }

    private String path(TarHeader header) {
        String path = pax.get("path");
        if (path == null) {
            path = longName;
        }
        return path == null ? header.name() : path;
    }

    private long sizeBytes(TarHeader header, long offset) {
        String size = pax.get("size");
        if (size == null) {
            return header.sizeBytes();
        }
        try {
            return Long.parseUnsignedLong(size) < 0 ? Long.MAX_VALUE : Long.parseUnsignedLong(size);
        } catch (NumberFormatException malformed) {
            throw in.corrupt(offset, "a pax size in digits", size);
        }
    }

    private byte[] extended(TarHeader header, long offset) {
        if (header.sizeBytes() > MAX_EXTENDED_HEADER_BYTES) {
            throw in.corrupt(offset, "an extended header of at most " + MAX_EXTENDED_HEADER_BYTES, header.sizeBytes());
        }
        requireRemaining("an extended header", header.sizeBytes());
        byte[] body = new byte[(int) header.sizeBytes()];
        for (int filled = 0; filled < body.length; ) {
            MemorySegment bytes = in.take(body.length - filled);
            MemorySegment.copy(bytes, 0, MemorySegment.ofArray(body), filled, bytes.byteSize());
            filled += (int) bytes.byteSize();
        }
        skipPadding(body.length);
        return body;
    }

    private String withoutTerminator(byte[] name, long offset) {
        int length = name.length;
        while (length > 0 && name[length - 1] == 0) {
            length--;
        }
        return TarHeader.utf8(name, 0, length, in, offset);
    }

    private void skipPadding(long sizeBytes) {
        long padding = -sizeBytes & (TarHeader.BLOCK_BYTES - 1);
        requireRemaining("the padding of a member", padding);
        in.skip(padding);
    }

    private void requireRemaining(String what, long bytes) {
        if (in.remaining() < bytes) {
            throw cutShort(in.position(), what, bytes, in.remaining());
        }
    }

    private CorruptDataException cutShort(long offset, String what, long wantedBytes, long leftBytes) {
        return in.corrupt(offset, what + " of " + wantedBytes + " bytes", leftBytes + " bytes to the end");
    }

    private void requireHarmless(Map<String, String> records, long offset) {
        if (records.containsKey("path") || records.containsKey("size")) {
            throw in.corrupt(offset, "a global pax header without path and size", records.keySet());
        }
    }

    private void requireNotSparse(TarHeader header, String path, long offset) {
        if (header.type() == 'S' || pax.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse."))) {
            throw in.corruptMember(path, offset, "a member stored whole", "a sparse member");
        }
    }

    private void requireZerosToTheEnd() {
        while (in.remaining() > 0) {
            long offset = in.position();
            MemorySegment bytes = in.take(Long.MAX_VALUE);
            for (long i = 0; i < bytes.byteSize(); i++) {
                if (bytes.get(ValueLayout.JAVA_BYTE, i) != 0) {
                    throw in.corrupt(offset + i, "only zeros behind the end of the archive", "other bytes");
                }
            }
        }
    }

    private static boolean isRegular(char type, String path) {
        boolean regular = type == '0' || type == 0 || type == '7' || type == 'S';
        return regular && !path.endsWith("/");
    }

    /// Links, devices, directories and pipes may state a size, but nothing is stored for them.
    private static boolean hasBytes(char type) {
        return type < '1' || type > '6';
    }

    private static boolean isZero(byte[] block) {
        for (byte value : block) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
