package dev.penstock.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.error.ConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {

    @Test
    void textAndLayoutAreTheSame() {
        for (String text : List.of("packed", "padded", "fixed=1024", "fixed=7,refuse", "bucket=64", "bucket=1,2,30")) {
            assertThat(Layout.parse(text)).hasToString(text);
        }
        assertThat(Layout.parse("fixed=7")).isEqualTo(new Layout.Fixed(7, LongerThanRow.SPLIT));
        assertThat(Layout.parse("bucket=1,9")).isEqualTo(new Layout.Buckets(List.of(1, 9), 9));
    }

    @Test
    void textThatIsNoLayoutIsRefused() {
        for (String text : List.of(
                "",
                "pack",
                "fixed",
                "fixed=",
                "fixed=0",
                "fixed=-4",
                "fixed=1,2",
                "fixed=99999999999",
                "bucket=",
                "bucket=4,",
                "bucket=4,4",
                "bucket=8,4",
                "bucket=0,4",
                "bucket=x")) {
            assertThatThrownBy(() -> Layout.parse(text))
                    .as(text)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("layout option failed: value=" + text);
        }
    }

    @Test
    void capDecidesHowManyRowsABucketHas() {
        Layout.Buckets buckets = (Layout.Buckets) Layout.parse("bucket=100,300").under(1000);
        assertThat(buckets.rows(100)).isEqualTo(10);
        assertThat(buckets.rows(300)).isEqualTo(3);
        assertThat(Layout.parse("bucket=100,300").under(Long.MAX_VALUE)).isEqualTo(Layout.parse("bucket=100,300"));
    }
}
