package dev.penstock.storage.mem;

import dev.penstock.store.ObjectMetadata;
import java.lang.foreign.MemorySegment;

/// One committed object: immutable bytes off the heap, freed when neither the store nor a reader refers to them.
record MemObject(ObjectMetadata metadata, MemorySegment bytes) {}
