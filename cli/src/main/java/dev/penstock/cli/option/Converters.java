package dev.penstock.cli.option;

import dev.penstock.balance.MicroBatchCounts;
import dev.penstock.batch.Layout;
import dev.penstock.cli.profile.ProfileWindow;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.fetch.Hedging;
import dev.penstock.format.TokenFormat;
import dev.penstock.index.Overlong;
import dev.penstock.memory.PageLocking;
import dev.penstock.order.Remainder;
import dev.penstock.order.Shuffle;
import dev.penstock.tier.DiskTierConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How the text of an option becomes a value, for every type that the commands use beyond those of picocli.
public final class Converters {

    private Converters() {}

    /// Teaches a command line and its subcommands.
    public static void register(CommandLine commandLine) {
        commandLine.registerConverter(ByteSize.class, refusing(ByteSize::parse));
        commandLine.registerConverter(Shuffle.class, refusing(Shuffle::parse));
        commandLine.registerConverter(Hedging.class, refusing(Hedging::parse));
        commandLine.registerConverter(Remainder.class, refusing(Remainder::parse));
        commandLine.registerConverter(Balance.class, refusing(Balance::parse));
        commandLine.registerConverter(CalibrationSchedule.class, refusing(CalibrationSchedule::parse));
        commandLine.registerConverter(ProfileWindow.class, refusing(ProfileWindow::parse));
        commandLine.registerConverter(Layout.class, refusing(Layout::parse));
        commandLine.registerConverter(MicroBatchCounts.class, named(MicroBatchCounts.class));
        commandLine.registerConverter(CostUnit.class, refusing(CostUnit::parse));
        commandLine.registerConverter(PageLocking.class, named(PageLocking.class));
        commandLine.registerConverter(Overlong.class, named(Overlong.class));
        commandLine.registerConverter(TokenFormat.class, refusing(TokenFormat::parse));
        commandLine.registerConverter(DiskTierConfig.class, refusing(Converters::diskTier));
        commandLine.registerConverter(URI.class, refusing(Locations::uri));
        commandLine.registerConverter(InetSocketAddress.class, refusing(ListenAddress::parse));
        commandLine.registerConverter(Path.class, refusing(Locations::path));
    }

    /// A refusal becomes picocli's, which names the option.
    private static <T> ITypeConverter<T> refusing(Function<String, T> parse) {
        return text -> {
            try {
                return parse.apply(text);
            } catch (ConfigurationException refused) {
                throw (TypeConversionException) new TypeConversionException(refused.getMessage()).initCause(refused);
            }
        };
    }

    /// Constants in lower case, with `-` for `_`.
    private static <E extends Enum<E>> ITypeConverter<E> named(Class<E> type) {
        return text -> Arrays.stream(type.getEnumConstants())
                .filter(constant -> name(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of " + names(type)));
    }

    private static <E extends Enum<E>> List<String> names(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Converters::name).toList();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// A mistyped location may have a password on either side of its last colon: it is masked before it is cut.
    private static DiskTierConfig diskTier(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw refusedTier(text);
        }
        try {
            return new DiskTierConfig(
                    Locations.path(text.substring(0, colon)),
                    ByteSize.parse(text.substring(colon + 1)).bytes());
        } catch (ConfigurationException partRefused) {
            throw refusedTier(text);
        }
    }

    private static ConfigurationException refusedTier(String text) {
        return new ConfigurationException(FailureMessage.of("disk tier option")
                .with("value", Locations.shown(text))
                .remedy("write DIR:SIZE, as in /var/cache/penstock:20G"));
    }
}
