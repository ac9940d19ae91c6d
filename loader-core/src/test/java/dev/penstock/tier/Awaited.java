package dev.penstock.tier;

import java.util.concurrent.CompletableFuture;

/// A waiter whose outcome a test can wait for.
final class Awaited implements BlockWaiter {

    final CompletableFuture<BlockLease> lease = new CompletableFuture<>();

    static Awaited lease(SoloCache cache, int block, long step) {
        return lease(cache.job(), block, step);
    }

    static Awaited lease(JobBlocks job, int block, long step) {
        Awaited waiter = new Awaited();
        job.lease(block, step, waiter);
        return waiter;
    }

    @Override
    public void ready(BlockLease lease) {
        this.lease.complete(lease);
    }

    @Override
    public void failed(Throwable cause) {
        lease.completeExceptionally(cause);
    }

    BlockLease join() {
        return lease.join();
    }
}
