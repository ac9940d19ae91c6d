package dev.penstock.storage.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a mount asks of direct reads: address, position and length are multiples of `bytes`.
///
/// The kernel has no call that every file system answers, so this is the size of the mount's blocks: 4 KiB on ext4 and
/// GlusterFS, 64 KiB on MooseFS, 4 MiB on CephFS. No file system asks for more than that.
record Alignment(int bytes) {

    /// A file system may have smaller blocks than the sectors (4 KiB) of the device below it.
    private static final int LEAST_BYTES = 4096;

    /// Of the mount that a file lies on; the least there is where the JDK does not find the mount, as in a chroot. A
    /// kernel that asks for more than that refuses the read.
    static Alignment of(Path file) {
        long blockBytes;
        try {
            blockBytes = Files.getFileStore(file).getBlockSize();
        } catch (IOException _) {
            blockBytes = LEAST_BYTES;
        }
        return new Alignment(Math.clamp(blockBytes, LEAST_BYTES, Integer.MAX_VALUE));
    }

    /// How many bytes from the start of `piece` on may be read directly; 0 where its start is not aligned.
    ///
    /// @param positionBytes of the piece's first byte in the file
    int directBytes(ByteBuffer piece, long positionBytes) {
        boolean aligned = piece.isDirect() && positionBytes % bytes == 0 && address(piece) % bytes == 0;
        return aligned ? piece.remaining() / bytes * bytes : 0;
    }

    /// How many bytes to read through the page cache, so that what follows may be read directly; all of them where
    /// nothing that follows may be.
    int bufferedBytes(ByteBuffer piece, long positionBytes) {
        int head = (int) Math.floorMod(-positionBytes, (long) bytes);
        boolean aligned = piece.isDirect() && (address(piece) + head) % bytes == 0;
        return aligned && head > 0 && piece.remaining() - head >= bytes ? head : piece.remaining();
    }

    private static long address(ByteBuffer piece) {
        return MemorySegment.ofBuffer(piece).address();
    }
}
