package dev.penstock.cli.doctor;

/// One thing that was looked at.
///
/// @param subject what was looked at, in a word or two
/// @param found what there is
/// @param meaning what follows from it, or what would mend it
public record Finding(Verdict verdict, String subject, String found, String meaning) {

    static Finding ok(String subject, String found, String meaning) {
        return new Finding(Verdict.OK, subject, found, meaning);
    }

    static Finding warn(String subject, String found, String meaning) {
        return new Finding(Verdict.WARN, subject, found, meaning);
    }

    static Finding fail(String subject, String found, String meaning) {
        return new Finding(Verdict.FAIL, subject, found, meaning);
    }
}
