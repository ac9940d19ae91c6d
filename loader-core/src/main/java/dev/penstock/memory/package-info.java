/// Memory outside the Java heap: page-locked mappings, and the slots leased from them.
///
/// Enter at [PageLockedMemory][dev.penstock.memory.PageLockedMemory] for a mapping and at
/// [SlotArena][dev.penstock.memory.SlotArena] for the lease registry that batches are filled in; at
/// [SharedMemory][dev.penstock.memory.SharedMemory] for memory that other processes read. This package knows neither
/// blocks nor batches, and its only foreign calls are those of the C library.
@NullMarked
package dev.penstock.memory;

import org.jspecify.annotations.NullMarked;
