package dev.penstock.cli.doctor;

import dev.penstock.gpu.CudaDriver;
import dev.penstock.gpu.DeviceProbe;

/// Looks at the Java runtime, the processor and the accelerator.
final class RuntimeChecks {

    private static final int JDK = 25;

    private RuntimeChecks() {}

    static Finding jdk() {
        String found = Runtime.version() + " at " + System.getProperty("java.home");
        return Runtime.version().feature() >= JDK
                ? Finding.ok("JDK", found, "runs everything")
                : Finding.fail("JDK", found, "install a JDK " + JDK + " or set JAVA_HOME to one");
    }

    static Finding nativeAccess() {
        return RuntimeChecks.class.getModule().isNativeAccessEnabled()
                ? Finding.ok("native access", "enabled", "page-locked memory and libtorch can be called")
                : Finding.warn(
                        "native access",
                        "not enabled",
                        "start through ./penstock, or pass --enable-native-access=ALL-UNNAMED");
    }

    static Finding platform() {
        String found = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        return found.equals("Linux amd64")
                ? Finding.ok("platform", found, "natives for it are bundled")
                : Finding.fail(
                        "platform", found, "libtorch is bundled for Linux amd64 only: train and demo cannot run");
    }

    static Finding cores() {
        int cores = Runtime.getRuntime().availableProcessors();
        return cores > 1
                ? Finding.ok("cores", Integer.toString(cores), "one decode thread per core by default")
                : Finding.warn("cores", "1", "loading and training share it");
    }

    static Finding gpu() {
        return switch (DeviceProbe.cuda()) {
            case CudaDriver.Present driver -> Finding.ok("GPU", driver.toString(), "the driver answers");
            case CudaDriver.Absent(String reason) ->
                Finding.warn("GPU", reason, "batches stay in host memory and training runs on the CPU");
        };
    }
}
