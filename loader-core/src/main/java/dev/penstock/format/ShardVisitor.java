package dev.penstock.format;

import dev.penstock.batch.Field;
import java.lang.foreign.MemorySegment;

/// What a reader tells of one shard, in stored order, while it passes over it once.
///
/// The calls follow `(beginSample (beginField bytes*)+ endSample)*`, with [#skipped] between any two of them but not
/// within a field. A failure of the visitor ends the reading.
public interface ShardVisitor {

    void beginSample(String key);

    /// The next field of the sample.
    ///
    /// @param offset first byte of the field in the shard
    void beginField(Field field, long offset);

    /// The next bytes of the field; readable until the call returns.
    void bytes(MemorySegment bytes);

    void endSample();

    /// An archive member that is no sample by the rules of the format.
    void skipped(String name);

    /// The archive ended on a member boundary but without its end marker.
    void endMarkerMissing();
}
