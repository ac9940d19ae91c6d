package dev.penstock.bench.measure;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The heap of the C library, which keeps pages that were freed, by chance more or fewer of them.
public final class NativeHeap {

    private NativeHeap() {}

    /// Gives pages that nobody uses back to the kernel, so that a resident size is what is in use. Does nothing where
    /// the C library has no `malloc_trim`.
    @SuppressWarnings("restricted")
    public static void trim() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> trim = linker.defaultLookup().find("malloc_trim");
        if (trim.isEmpty()) {
            return;
        }
        try {
            int _ = (int) linker.downcallHandle(
                            trim.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG))
                    .invokeExact(0L);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
