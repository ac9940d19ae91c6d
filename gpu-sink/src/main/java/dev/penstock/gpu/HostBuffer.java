package dev.penstock.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of the host device.
final class HostBuffer implements DeviceBuffer {

    private final Arena arena;
    private final MemorySegment memory;

    HostBuffer(Arena arena, MemorySegment memory) {
        this.arena = arena;
        this.memory = memory;
    }

    MemorySegment memory() {
        return memory;
    }

    @Override
    public long address() {
        return memory.address();
    }

    @Override
    public long sizeBytes() {
        return memory.byteSize();
    }

    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
