package dev.penstock.store;

import java.nio.ByteBuffer;

/// One object being written; blocking, used by one thread.
///
/// Nothing is visible under the key before [#commit()] returns; [#close()] without a commit discards what was
/// written and leaves an earlier object of that key as it was. Of two writers of one key, the later commit wins.
public interface ObjectWriter extends AutoCloseable {

    /// Appends the buffer's remaining bytes; the buffer may be reused when the call returns.
    void write(ByteBuffer bytes);

    /// Makes the object visible and durable.
    ObjectMetadata commit();

    @Override
    void close();
}
