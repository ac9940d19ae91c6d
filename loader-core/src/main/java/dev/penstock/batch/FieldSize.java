package dev.penstock.batch;

/// What one field takes of a batch.
///
/// @param payloadBytes of its samples
/// @param valuesBytes of its rows, padding included
/// @param segments in its rows, see [Batch#segments]; 0 unless the layout is [Layout.Fixed]
public record FieldSize(long payloadBytes, long valuesBytes, int segments) {

    /// Samples without padding.
    public static FieldSize packed(long bytes) {
        return new FieldSize(bytes, bytes, 0);
    }
}
