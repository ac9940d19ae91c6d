package dev.penstock.storage.file;

/// How a store reads: what a user asks for with `?io=` in a `file:` URI.
enum ReadMode {
    /// Through the page cache, always.
    BUFFERED,

    /// Past the page cache wherever a read is aligned for it; a mount that cannot do that is refused.
    DIRECT,

    /// As the first reads of the store turn out; see [AccessChoice].
    MEASURED
}
