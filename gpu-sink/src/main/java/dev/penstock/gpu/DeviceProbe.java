package dev.penstock.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Looks for devices without loading a binding: a class of a CUDA binding that is touched on a machine without the
/// driver stays broken for the life of the process.
@SuppressWarnings("restricted") // a foreign call is the only look that cannot break a binding
public final class DeviceProbe {

    private static final String CUDA_LIBRARY = "libcuda.so.1";
    private static final int CUDA_SUCCESS = 0;

    private DeviceProbe() {}

    /// Asks the NVIDIA driver for its version; neither initialises it nor touches a device.
    public static CudaDriver cuda() {
        return cuda(CUDA_LIBRARY);
    }

    static CudaDriver cuda(String library) {
        // The global arena: a driver that was loaded must not be unloaded, since a binding may use it later.
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException _) {
            return new CudaDriver.Absent(
                    library + " cannot be loaded: no NVIDIA driver, or it is not on the library path");
        }
        Optional<MemorySegment> function = symbols.find("cuDriverGetVersion");
        return function.isPresent()
                ? version(library, function.get())
                : new CudaDriver.Absent(library + " has no cuDriverGetVersion: it is not the NVIDIA driver");
    }

    private static CudaDriver version(String library, MemorySegment function) {
        MethodHandle driverGetVersion = Linker.nativeLinker()
                .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
            int result = (int) driverGetVersion.invokeExact(version);
            if (result != CUDA_SUCCESS) {
                return new CudaDriver.Absent(library + " answers cuDriverGetVersion with error " + result);
            }
            int number = version.get(ValueLayout.JAVA_INT, 0); // 1000 × major + 10 × minor
            return new CudaDriver.Present(number / 1000, number % 1000 / 10);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("a native call throws nothing checked", impossible);
        }
    }
}
