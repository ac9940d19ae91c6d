package dev.penstock.cli;

/// A command that another module adds to `penstock`; registered in `META-INF/services`.
///
/// Every start of the command line loads every provider, so a provider must be cheap until its command runs.
public interface CommandProvider {

    /// A picocli command object, named by its annotation.
    Object command();
}
