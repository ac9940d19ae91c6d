package dev.penstock.tier;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/// A dataset's objects, cut into blocks with dense numbers: object by object, and by offset within an object.
///
/// Every block has the same size but the last of an object, which may be shorter; an empty object has none. A block
/// also has a 128-bit content key, under which a disk tier finds it again in a later run: equal keys mean the same
/// bytes of the same version of the same object. Immutable; 24 bytes of heap per object and none per block.
public final class BlockMap {

    private final int blockBytes;
    private final long[] sizeBytes;

    /// Number of each object's first block, then the block count.
    private final int[] firstBlock;

    private final long[] identityHigh;
    private final long[] identityLow;

    /// @param sizeBytes stored size of each object
    /// @param identities what each object's bytes depend on (name, version, digest of its index), one per object
    /// @param blockBytes size of a block
    public BlockMap(long[] sizeBytes, List<String> identities, int blockBytes) {
        if (blockBytes < 1) {
            throw new IllegalArgumentException("blockBytes must be at least 1, was " + blockBytes);
        }
        if (identities.size() != sizeBytes.length) {
            throw new IllegalArgumentException(
                    sizeBytes.length + " objects must have as many identities, got " + identities.size());
        }
        this.blockBytes = blockBytes;
        this.sizeBytes = sizeBytes.clone();
        this.firstBlock = new int[sizeBytes.length + 1];
        this.identityHigh = new long[sizeBytes.length];
        this.identityLow = new long[sizeBytes.length];
        MessageDigest sha256 = sha256();
        for (int object = 0; object < sizeBytes.length; object++) {
            long blocks = Math.ceilDiv(sizeBytes[object], blockBytes);
            firstBlock[object + 1] = Math.toIntExact(firstBlock[object] + blocks);
            // The block size is part of the identity: it decides which bytes a block number names.
            String identity = blockBytes + "\n" + identities.get(object);
            ByteBuffer digest = ByteBuffer.wrap(sha256.digest(identity.getBytes(StandardCharsets.UTF_8)));
            identityHigh[object] = digest.getLong();
            identityLow[object] = digest.getLong();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    public int blockBytes() {
        return blockBytes;
    }

    public int objectCount() {
        return sizeBytes.length;
    }

    public int blockCount() {
        return firstBlock[sizeBytes.length];
    }

    /// Bytes of all objects.
    public long sizeBytes() {
        return Arrays.stream(sizeBytes).sum();
    }

    /// Whether both cut the same objects into the same blocks, with the same content keys.
    boolean isSameAs(BlockMap other) {
        return blockBytes == other.blockBytes
                && Arrays.equals(sizeBytes, other.sizeBytes)
                && Arrays.equals(identityHigh, other.identityHigh)
                && Arrays.equals(identityLow, other.identityLow);
    }

    /// The block that holds a byte of an object.
    public int block(int object, long offsetBytes) {
        if (offsetBytes < 0 || offsetBytes >= sizeBytes[object]) {
            throw new IndexOutOfBoundsException(
                    "offset " + offsetBytes + " is outside object " + object + " of " + sizeBytes[object] + " bytes");
        }
        return firstBlock[object] + (int) (offsetBytes / blockBytes);
    }

    /// The object that a block is cut from.
    public int object(int block) {
        int found = Arrays.binarySearch(firstBlock, block);
        if (found < 0) {
            return -found - 2;
        }
        // Empty objects share their first block with the object that follows them; that one owns the block.
        while (firstBlock[found + 1] == block) {
            found++;
        }
        return found;
    }

    /// Where a block begins within its object.
    public long offsetBytes(int block) {
        return (long) (block - firstBlock[object(block)]) * blockBytes;
    }

    /// Bytes of a block.
    public int lengthBytes(int block) {
        int object = object(block);
        long offset = (long) (block - firstBlock[object]) * blockBytes;
        return (int) Math.min(blockBytes, sizeBytes[object] - offset);
    }

    /// First half of the content key.
    public long keyHigh(int block) {
        int object = object(block);
        return mix(identityHigh[object] + mix(block - firstBlock[object]));
    }

    /// Second half of the content key.
    public long keyLow(int block) {
        int object = object(block);
        return mix(identityLow[object] ^ mix(~(long) (block - firstBlock[object])));
    }

    /// The 64-bit finaliser of SplitMix64 (Steele, Lea and Flood, 2014): a bijection, so that blocks of one object
    /// never share a half of their keys, and objects share one no more often than their digests do.
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
