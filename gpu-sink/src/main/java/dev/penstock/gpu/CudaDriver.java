package dev.penstock.gpu;

/// What a look for the NVIDIA driver found.
public sealed interface CudaDriver {

    /// A driver that answers.
    ///
    /// @param major of the CUDA version it supports at most
    /// @param minor of the same
    record Present(int major, int minor) implements CudaDriver {

        @Override
        public String toString() {
            return "CUDA " + major + "." + minor;
        }
    }

    /// No driver that can be used.
    ///
    /// @param reason for a person to read
    record Absent(String reason) implements CudaDriver {}
}
