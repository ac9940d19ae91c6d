package dev.penstock.format;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A raw token stream: little-endian tokens without header, in samples of the field `tokens`.
///
/// @param type [ElementType#UINT16], or [ElementType#INT32] for 32-bit tokens below 2^31
/// @param cut where samples begin and end
public record TokenFormat(ElementType type, TokenCut cut) {

    /// The name of the only field.
    public static final String FIELD = "tokens";

    /// Nine digits at most, so that every match is an `int`.
    private static final Pattern TEXT = Pattern.compile("(?<type>uint16|int32),(?<cut>window|eos)=(?<number>\\d{1,9})");

    public TokenFormat {
        if (type != ElementType.UINT16 && type != ElementType.INT32) {
            throw refused("type", type, "use UINT16 or INT32");
        }
        switch (cut) {
            case TokenCut.Windows(int sampleLength)
            when sampleLength < 1 -> throw refused("sampleLength", sampleLength, "state at least 1 token per sample");
            case TokenCut.Documents(int separator)
            when separator < 0 || separator > largestToken(type) ->
                throw refused("separator", separator, "name a token from 0 to " + largestToken(type));
            case TokenCut.Windows _, TokenCut.Documents _ -> {}
        }
    }

    /// Reads what [#toString()] writes, such as `uint16,window=2048` or `int32,eos=50256`.
    public static TokenFormat parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw refused("tokens", "'" + text + "'", "write uint16 or int32, then ,window=COUNT or ,eos=TOKEN");
        }
        ElementType type = matcher.group("type").equals("uint16") ? ElementType.UINT16 : ElementType.INT32;
        int number = Integer.parseInt(matcher.group("number"));
        return new TokenFormat(
                type,
                matcher.group("cut").equals("window") ? new TokenCut.Windows(number) : new TokenCut.Documents(number));
    }

    @Override
    public String toString() {
        String cutText = switch (cut) {
            case TokenCut.Windows(int sampleLength) -> "window=" + sampleLength;
            case TokenCut.Documents(int separator) -> "eos=" + separator;
        };
        return type.name().toLowerCase(Locale.ROOT) + "," + cutText;
    }

    Field field() {
        return new Field(FIELD, type);
    }

    private static int largestToken(ElementType type) {
        return type == ElementType.UINT16 ? 0xFFFF : Integer.MAX_VALUE;
    }

    private static ConfigurationException refused(String key, Object value, String remedy) {
        return new ConfigurationException(
                FailureMessage.of("token format").with(key, value).remedy(remedy));
    }
}
