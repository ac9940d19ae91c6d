package dev.penstock.cli;

/// What `penstock` ends with.
final class ExitCode {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    /// 128 + SIGINT, as shells report it.
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
