package dev.penstock.index;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ResourceExhaustedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// The same blocking work on many items, a bounded number of them at a time, with the answers in the items' order.
///
/// Work is begun in order. Once an item has failed no later one is begun, and those under way are interrupted; the
/// failure thrown is that of the first item that failed, in order, so it does not depend on timing. Nothing runs any
/// more when the call returns. Threads: platform threads, as the work may map and fault in files.
final class Concurrently {

    /// Requests to a store at a time: 1,000 of 100 ms each take three seconds, and no store takes 32 for an attack.
    static final int REQUESTS = 32;

    private Concurrently() {}

    static <T, R> List<R> map(List<T> items, int threads, Function<? super T, ? extends R> work) {
        if (items.size() <= 1) {
            return items.stream().<R>map(work).toList();
        }
        AtomicInteger firstFailed = new AtomicInteger(Integer.MAX_VALUE);
        List<Future<R>> answers = new ArrayList<>(items.size());
        ExecutorService pool = Executors.newFixedThreadPool(
                Math.min(threads, items.size()),
                Thread.ofPlatform().daemon().name("penstock-index-", 0).factory());
        try (pool) {
            for (int i = 0; i < items.size(); i++) {
                int number = i;
                answers.add(pool.submit(() -> answer(items.get(number), number, work, firstFailed)));
            }
            return inOrder(answers, pool);
        }
    }

    private static <T, R> R answer(
            T item, int number, Function<? super T, ? extends R> work, AtomicInteger firstFailed) {
        if (number > firstFailed.get()) {
            throw new IllegalStateException("an earlier item has failed");
        }
        try {
            return work.apply(item);
        } catch (RuntimeException | Error failure) {
            firstFailed.accumulateAndGet(number, Math::min);
            throw failure;
        }
    }

    private static <R> List<R> inOrder(List<Future<R>> answers, ExecutorService pool) {
        List<R> results = new ArrayList<>(answers.size());
        try {
            for (Future<R> answer : answers) {
                results.add(answer.get());
            }
            return List.copyOf(results);
        } catch (ExecutionException failed) {
            pool.shutdownNow();
            switch (failed.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new AssertionError("work throws no checked exception", failed);
            }
        } catch (InterruptedException interrupted) {
            pool.shutdownNow();
            Thread.currentThread().interrupt();
            throw new ResourceExhaustedException(
                    FailureMessage.of("waiting for a dataset's index").with("found", "an interrupt"), interrupted);
        }
    }
}
