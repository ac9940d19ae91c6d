package dev.penstock.cli.doctor;

import java.util.Locale;

/// What a finding means for the work.
public enum Verdict {
    /// Nothing to do.
    OK,
    /// Everything works, but something less well than it could.
    WARN,
    /// The main job cannot be done here.
    FAIL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
