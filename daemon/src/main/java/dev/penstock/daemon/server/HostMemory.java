package dev.penstock.daemon.server;

import com.sun.management.OperatingSystemMXBean;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.lang.management.ManagementFactory;

/// The memory that this process can have at most.
record HostMemory(long bytes) {

    /// What the host has, or what the container is limited to where that is less.
    static HostMemory ofThisHost() {
        return new HostMemory(
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize());
    }

    /// Fails with a [ConfigurationException] when the budgets of a daemon promise more than there is.
    void requireRoomFor(DaemonConfig config) {
        long ramBytes = config.cache().ramBytes();
        long slotBytes = config.slotBudgetBytes();
        // Neither is negative: a sum below one of them has overflown.
        long sumBytes = ramBytes + slotBytes;
        if (sumBytes > bytes || sumBytes < slotBytes) {
            throw new ConfigurationException(FailureMessage.of("configuring the daemon")
                    .with("ramBytes", ramBytes)
                    .with("slotBudgetBytes", slotBytes)
                    .with("sumBytes", Long.toUnsignedString(sumBytes))
                    .with("memoryBytes", bytes)
                    .remedy("give --ram and --slot-budget less than this host or container has"));
        }
    }
}
