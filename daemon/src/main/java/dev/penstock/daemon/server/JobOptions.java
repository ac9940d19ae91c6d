package dev.penstock.daemon.server;

import dev.penstock.loader.LoaderConfig;
import java.util.SortedMap;

/// How the options of an attach become the settings of a loader.
///
/// The command line has the one list of options there is, and reads these with it; the daemon does not know them.
@FunctionalInterface
public interface JobOptions {

    /// Settings from options by the names of the command line, without dashes; fails with a
    /// [ConfigurationException][dev.penstock.error.ConfigurationException] that names the option. What belongs to the
    /// daemon (tiers, connections, slots) is refused.
    LoaderConfig.Builder parse(SortedMap<String, String> options);
}
