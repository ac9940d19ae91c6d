package dev.penstock.storage.hdfs;

import dev.penstock.store.ReadTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileRange;

/// One range on its way from a stream into a target, a piece at a time.
///
/// Each piece is one vectored read, with a range for every HDFS block that it touches, because those lie on different
/// data nodes. Hadoop 3.5's stream serves the ranges one after another by positioned reads, and one that announces
/// `in:readvectored` may serve them side by side. Pieces do not go straight into the target: a data node that stalls
/// would hold its gate, which the other readers and its owner's close wait for. That copy costs about 0.15 CPU seconds
/// per GB.
///
/// @param blockBytes size of the file's HDFS blocks
/// @param offsetBytes where in the file the target's first byte lies
record RangeRead(FSDataInputStream in, long blockBytes, long offsetBytes, ReadTarget target) {

    /// Fills the target through `piece`, until it is full or wants no more.
    void fill(ByteBuffer piece, BooleanSupplier abandoned) throws IOException {
        long doneBytes = target.filledBytes();
        boolean wanted = target.wanted();
        while (wanted && !abandoned.getAsBoolean()) {
            int lengthBytes = (int) Math.min(piece.capacity(), target.sizeBytes() - doneBytes);
            List<FileRange> ranges = split(offsetBytes + doneBytes, lengthBytes);
            piece.clear();
            in.readVectored(ranges, length -> next(piece, length));
            for (FileRange range : ranges) {
                ByteBuffer read = data(range);
                doneBytes += read.remaining();
                wanted = target.write(doneBytes - read.remaining(), read);
            }
        }
    }

    /// The range cut where HDFS blocks end.
    List<FileRange> split(long firstByte, int lengthBytes) {
        List<FileRange> ranges = new ArrayList<>(2);
        long endByte = firstByte + lengthBytes;
        for (long from = firstByte; from < endByte; ) {
            long to = Math.min(endByte, (from / blockBytes + 1) * blockBytes);
            ranges.add(FileRange.createFileRange(from, (int) (to - from)));
            from = to;
        }
        return ranges;
    }

    private static ByteBuffer next(ByteBuffer piece, int lengthBytes) {
        ByteBuffer slice = piece.slice(piece.position(), lengthBytes);
        piece.position(piece.position() + lengthBytes);
        return slice;
    }

    private static ByteBuffer data(FileRange range) throws IOException {
        try {
            return range.getData().get();
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof IOException cause ? cause : new IOException(failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }
}
