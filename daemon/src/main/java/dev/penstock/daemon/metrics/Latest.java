package dev.penstock.daemon.metrics;

import java.util.function.Supplier;

/// The latest value of something that meters show. Written by one thread, read by any.
final class Latest<T> implements Supplier<T> {

    private volatile T value;

    Latest(T value) {
        this.value = value;
    }

    void set(T next) {
        value = next;
    }

    @Override
    public T get() {
        return value;
    }
}
