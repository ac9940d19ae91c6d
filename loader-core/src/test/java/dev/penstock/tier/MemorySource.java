package dev.penstock.tier;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// A source that computes a block's bytes from its number, on threads of its own.
final class MemorySource implements BlockSource, AutoCloseable {

    final AtomicInteger reads = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final Scheduler scheduler = Schedulers.fromExecutorService(threads);

    @Override
    public Mono<Void> read(int block, Deadline deadline, MemorySegment destination) {
        return Mono.<Void>fromRunnable(() -> {
                    reads.incrementAndGet();
                    fill(block, destination);
                })
                .subscribeOn(scheduler);
    }

    static void fill(int block, MemorySegment destination) {
        for (long at = 0; at < destination.byteSize(); at++) {
            destination.set(ValueLayout.JAVA_BYTE, at, expected(block, at));
        }
    }

    static boolean holds(int block, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, at) != expected(block, at)) {
                return false;
            }
        }
        return true;
    }

    private static byte expected(int block, long at) {
        return (byte) (block * 31 + at * 7 + (at >>> 8));
    }

    @Override
    public void close() {
        scheduler.dispose();
        threads.shutdown();
    }
}
