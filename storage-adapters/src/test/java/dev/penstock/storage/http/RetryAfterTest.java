package dev.penstock.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

    private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

    private static Duration wait(String value) {
        return wait(value, DATE);
    }

    private static Duration wait(String value, String date) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Retry-After", value);
        headers.put("Date", date);
        return RetryAfter.of(headers::get);
    }

    @Test
    void secondsAreTakenAndBounded() {
        assertThat(wait("7")).isEqualTo(Duration.ofSeconds(7));
        assertThat(wait(" 7 ")).isEqualTo(Duration.ofSeconds(7));
        assertThat(wait("0")).isZero();
        assertThat(wait("86400")).isEqualTo(RetryAfter.LONGEST);
        assertThat(wait("999999999999999999")).isEqualTo(RetryAfter.LONGEST);
    }

    @Test
    void aDateIsMeasuredFromTheServersClockAndBounded() {
        assertThat(wait("Sun, 06 Nov 1994 08:49:40 GMT")).isEqualTo(Duration.ofSeconds(3));
        assertThat(wait("Sun, 06 Nov 1994 08:49:30 GMT")).isZero();
        assertThat(wait("Mon, 06 Nov 2034 08:49:40 GMT")).isEqualTo(RetryAfter.LONGEST);
    }

    @Test
    void aDateOfAServerWithoutAClockIsMeasuredFromOurs() {
        String past = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).minusHours(1));
        String future = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        for (String clock : new String[] {null, "yesterday"}) {
            assertThat(wait(past, clock)).isZero();
            assertThat(wait(future, clock)).isEqualTo(RetryAfter.LONGEST);
        }
    }

    @Test
    void whatIsNeitherANumberNorADateAsksForNothing() {
        for (String value : new String[] {null, "", "soon", "-5", "1.5", "1e3", "9999999999999999999999", "Sun, 06"}) {
            assertThat(wait(value)).as(value).isZero();
        }
    }
}
