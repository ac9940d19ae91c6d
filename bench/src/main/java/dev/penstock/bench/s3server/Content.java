package dev.penstock.bench.s3server;

import io.netty.buffer.ByteBuf;

/// An object's bytes. Immutable; any thread.
public sealed interface Content permits HeldContent, GeneratedContent {

    long sizeBytes();

    /// With its quotation marks.
    String eTag();

    /// A view of at least one byte and at most `mostBytes` from `offsetBytes` on.
    ///
    /// @param offsetBytes below the size
    ByteBuf bytes(long offsetBytes, int mostBytes);

    /// Other bytes of the same length.
    Content changed();
}
