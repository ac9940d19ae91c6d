package dev.penstock.gpu;

/// What a device is made of.
public enum DeviceKind {
    /// This process's own memory and threads.
    HOST,
    /// An NVIDIA GPU.
    CUDA
}
