package dev.penstock.store;

import dev.penstock.error.RetryableException;
import java.util.function.Consumer;

/// How long requests that open or make an index are sent again while the store does not answer, and who is told.
///
/// @param retries of each request
/// @param waiting told of every failure that may pass, when it happens; called on the store's threads, several at a
///     time, and must not block
public record Patience(RetryPolicy retries, Consumer<RetryableException> waiting) {

    /// [RetryPolicy#defaults()], and nobody is told.
    public static Patience defaults() {
        return telling(_ -> {});
    }

    /// [RetryPolicy#defaults()].
    public static Patience telling(Consumer<RetryableException> waiting) {
        return new Patience(RetryPolicy.defaults(), waiting);
    }

    /// The same for a question that can go unanswered; see [RetryPolicy#shortened()].
    public Patience shortened() {
        return new Patience(retries.shortened(), waiting);
    }
}
