package dev.penstock.trainer.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The commit that a directory is at, and whether its files are those of the commit.
///
/// @param commit full hexadecimal name
/// @param worktree whether tracked files differ, or untracked ones that git does not ignore lie about
public record GitRevision(String commit, Worktree worktree) {

    /// The files of a repository against its commit.
    public enum Worktree {
        CLEAN,
        DIRTY
    }

    /// The revision of the repository around a directory; empty outside of one, and where there is no git.
    public static Optional<GitRevision> of(Path directory) {
        return git(directory, "rev-parse", "HEAD")
                .map(String::strip)
                .flatMap(commit -> git(directory, "status", "--porcelain")
                        .map(changes -> new GitRevision(commit, changes.isBlank() ? Worktree.CLEAN : Worktree.DIRTY)));
    }

    private static Optional<String> git(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git", "--no-optional-locks"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toAbsolutePath().toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException notInstalled) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
