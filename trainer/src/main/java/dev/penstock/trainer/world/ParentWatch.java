package dev.penstock.trainer.world;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;

/// Ends a rank whose parent is gone, so that no rank outlives the run it belongs to.
///
/// The parent holds the other end of standard input open and never writes. However the parent ends, a `kill -9`
/// included, the system closes the pipe, and the rank reads the end of the stream.
public final class ParentWatch {

    /// Set by [LocalRanks] in the environment of the ranks it starts.
    static final String VARIABLE = "PENSTOCK_PARENT_WATCH";

    /// Exit code of a rank without a parent; 128 + SIGHUP, as of a process whose terminal is gone.
    static final int EXIT_CODE = 129;

    private ParentWatch() {}

    /// Whether this process was started by [LocalRanks], whose caller reports for all ranks.
    public static boolean hasParent(Map<String, String> environment) {
        return environment.containsKey(VARIABLE);
    }

    /// Starts to watch, if this process was started by [LocalRanks]. Standard input is then no longer the program's.
    public static void start(Map<String, String> environment) {
        if (hasParent(environment)) {
            Thread.ofPlatform().daemon().name("parent-watch").start(() -> haltAtEndOf(System.in));
        }
    }

    private static void haltAtEndOf(InputStream parent) {
        try {
            parent.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("parent watch failed: " + e);
        }
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
