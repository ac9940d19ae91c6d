package dev.penstock.trainer.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitRevisionTest {

    @TempDir
    private Path directory;

    private void git(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=a", "-c", "user.email=a@b"));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor())
                .as("%s", command)
                .isZero();
    }

    @Test
    void commitIsNamedAndAChangeMakesItDirty() throws Exception {
        assertThat(GitRevision.of(directory)).isEmpty();
        git("init");
        assertThat(GitRevision.of(directory)).isEmpty();

        Path file = Files.writeString(directory.resolve("a.txt"), "one");
        git("add", ".");
        git("commit", "-m", "one");
        GitRevision clean = GitRevision.of(directory).orElseThrow();
        Files.writeString(file, "two");
        GitRevision dirty = GitRevision.of(directory).orElseThrow();

        assertThat(clean.commit()).matches("[0-9a-f]{40}");
        assertThat(clean.worktree()).isEqualTo(GitRevision.Worktree.CLEAN);
        assertThat(dirty).isEqualTo(new GitRevision(clean.commit(), GitRevision.Worktree.DIRTY));
    }

    @Test
    void workingDirectoryMayBeNamedByAnEmptyPath() {
        assertThat(GitRevision.of(Path.of("")))
                .isEqualTo(GitRevision.of(Path.of("").toAbsolutePath()));
    }
}
