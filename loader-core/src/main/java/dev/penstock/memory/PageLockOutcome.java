package dev.penstock.memory;

import org.jspecify.annotations.Nullable;

/// What the kernel granted for one mapping.
///
/// @param bytes size of the mapping
/// @param lockedBytes bytes that stay in physical memory: all of them or 0
/// @param lockRefusal the kernel's reason for not locking; null when it locked, or was not asked to
/// @param hugePageRefusal the kernel's reason for not taking the advice to use huge pages; null when it took it
public record PageLockOutcome(
        long bytes,
        long lockedBytes,
        @Nullable String lockRefusal,
        @Nullable String hugePageRefusal) {}
