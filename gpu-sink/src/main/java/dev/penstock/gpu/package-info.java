/// Sinks and the devices they feed: the host sink, the device ring, the device interface and the host device.
///
/// Enter at [HostSink][dev.penstock.gpu.HostSink] where the trainer computes in host memory, at
/// [DeviceRing][dev.penstock.gpu.DeviceRing] where it computes on a [Device][dev.penstock.gpu.Device]. This package
/// knows no models, and no class of a CUDA binding may be touched before
/// [DeviceProbe][dev.penstock.gpu.DeviceProbe] has found a driver.
@NullMarked
package dev.penstock.gpu;

import org.jspecify.annotations.NullMarked;
