package dev.penstock.daemon.server;

import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// A run, by its name: the ranks that are attached, and how far it has committed. Guarded by [Jobs].
final class Job {

    /// Every option but the rank, which is the one that ranks differ in.
    private SortedMap<String, String> settings;

    private String uri;
    private final Set<Integer> attached = new TreeSet<>();
    private OptionalLong committed = OptionalLong.empty();
    private int run;

    Job(String uri, SortedMap<String, String> settings) {
        this.uri = uri;
        this.settings = settings;
    }

    String uri() {
        return uri;
    }

    SortedMap<String, String> settings() {
        return settings;
    }

    /// Whether a client may join those that are attached now.
    boolean takes(String wantedUri, SortedMap<String, String> wanted, List<Integer> ranks) {
        return attached.isEmpty()
                || (uri.equals(wantedUri) && settings.equals(wanted) && Collections.disjoint(attached, ranks));
    }

    /// Begins anew with other settings; what was committed by the earlier ones says nothing about these.
    void become(String newUri, SortedMap<String, String> newSettings) {
        if (!sameRun(newUri, newSettings)) {
            committed = OptionalLong.empty();
            run++;
        }
        uri = newUri;
        settings = newSettings;
    }

    /// The number of ranks may change between two attachments of one run.
    private boolean sameRun(String newUri, SortedMap<String, String> newSettings) {
        SortedMap<String, String> before = new TreeMap<>(settings);
        SortedMap<String, String> now = new TreeMap<>(newSettings);
        before.remove("ranks");
        now.remove("ranks");
        return uri.equals(newUri) && before.equals(now);
    }

    /// Counts the runs that had the name.
    int run() {
        return run;
    }

    Set<Integer> attached() {
        return attached;
    }

    OptionalLong committed() {
        return committed;
    }

    void commit(long step) {
        committed = OptionalLong.of(step);
    }
}
