package dev.penstock.memory;

/// What other processes may do with a [SharedMemory].
public enum SharedAccess {

    /// Map it for reading; the kernel refuses any other mapping.
    READ,

    /// Map it for reading and writing.
    WRITE
}
