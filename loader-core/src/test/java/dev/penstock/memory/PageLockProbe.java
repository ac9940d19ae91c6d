package dev.penstock.memory;

import dev.penstock.error.ResourceExhaustedException;

/// A process that asks for 1 MiB of locked memory, twice, and prints what it got.
final class PageLockProbe {

    private PageLockProbe() {}

    public static void main(String[] arguments) {
        try (PageLockedMemory memory = PageLockedMemory.allocate(1 << 20, PageLocking.BEST_EFFORT)) {
            memory.segment().fill((byte) 1);
            System.out.println(
                    memory.outcome().lockedBytes() + " " + memory.outcome().lockRefusal());
        }
        try (PageLockedMemory memory = PageLockedMemory.allocate(1 << 20, PageLocking.REQUIRED)) {
            System.out.println("granted " + memory.sizeBytes());
        } catch (ResourceExhaustedException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
