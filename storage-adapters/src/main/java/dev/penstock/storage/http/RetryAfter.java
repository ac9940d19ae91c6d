package dev.penstock.storage.http;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long a server asks not to be asked again (RFC 9110, 10.2.3): a number of seconds, or a date.
///
/// A date is measured from the server's own `Date`, where it has one, so that clocks that differ do no harm. What is
/// neither form, or is past, asks for nothing.
public final class RetryAfter {

    /// A server that asks for more is asked every minute whether it is back sooner.
    static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Pattern SECONDS = Pattern.compile("\\d{1,18}");

    private RetryAfter() {}

    /// @param headers gives the value of a header of the response, null for one that it has not
    public static Duration of(UnaryOperator<@Nullable String> headers) {
        return of(headers.apply("Retry-After"), headers.apply("Date"));
    }

    private static Duration of(@Nullable String value, @Nullable String date) {
        if (value == null) {
            return Duration.ZERO;
        }
        String text = value.strip();
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Math.min(Long.parseLong(text), LONGEST.toSeconds()));
        }
        return time(text)
                .map(end -> Duration.between(time(date).orElseGet(Instant::now), end))
                .filter(Duration::isPositive)
                .map(wait -> wait.compareTo(LONGEST) < 0 ? wait : LONGEST)
                .orElse(Duration.ZERO);
    }

    private static Optional<Instant> time(@Nullable String date) {
        try {
            return Optional.ofNullable(date)
                    .map(text -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip())));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
