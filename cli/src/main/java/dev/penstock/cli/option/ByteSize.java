package dev.penstock.cli.option;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes as people write it: `4096`, `64K`, `512M`, `2G`, `1T`, in powers of 1024.
///
/// @param bytes not negative
public record ByteSize(long bytes) {

    private static final String UNITS = "KMGT";
    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,18})([" + UNITS + "]?)(?:i?B)?", Pattern.CASE_INSENSITIVE);

    /// The largest power of two that a buffer can have.
    private static final int LARGEST_BLOCK_BYTES = 1 << 30;

    /// Reads a whole number and a unit.
    public static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw refused(text);
        }
        String unit = matcher.group(2).toUpperCase(Locale.ROOT);
        int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1;
        long count = Long.parseLong(matcher.group(1));
        if (count > Long.MAX_VALUE >> (10 * power)) {
            throw refused(text);
        }
        return new ByteSize(count << (10 * power));
    }

    private static ConfigurationException refused(String text) {
        return new ConfigurationException(FailureMessage.of("size option")
                .with("value", text)
                .remedy("write a whole number of bytes below 8E, with K, M, G or T for powers of 1024, as in 512M"));
    }

    /// As the size of a block; one that no buffer can have is refused in the words it was stated in.
    public int toBlockBytes() {
        if (bytes > LARGEST_BLOCK_BYTES) {
            throw new ConfigurationException(FailureMessage.of("configuring the cache")
                    .with("option", "block")
                    .with("value", this)
                    .with("wanted", "a power of two up to " + new ByteSize(LARGEST_BLOCK_BYTES)));
        }
        return (int) bytes;
    }

    /// The shortest text that [#parse] reads as this size.
    @Override
    public String toString() {
        int power = bytes == 0 ? 0 : Math.min(UNITS.length(), Long.numberOfTrailingZeros(bytes) / 10);
        return power == 0 ? Long.toString(bytes) : (bytes >> (10 * power)) + UNITS.substring(power - 1, power);
    }
}
