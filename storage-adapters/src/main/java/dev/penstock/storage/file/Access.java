package dev.penstock.storage.file;

/// The way of one system call to the bytes of a file.
enum Access {
    /// Through the page cache: any position, length and memory.
    BUFFERED,

    /// Past the page cache (O_DIRECT): see [Alignment].
    DIRECT
}
