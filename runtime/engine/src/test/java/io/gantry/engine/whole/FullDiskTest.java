package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A data root without space: one clear error, nothing left behind, and all works once there is space again. */
class FullDiskTest {
    @TempDir
    Path directory;

    private WholeEngine whole;
    private Path filler;

    @BeforeEach
    void open() throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        Mounts.mount(new MountRequest("tmpfs", "small", List.of("size=24m")), data);
        whole = WholeEngine.in(directory);
        filler = data.resolve("filler");
    }

    @AfterEach
    void close() throws IOException {
        if (whole != null) {
            Files.deleteIfExists(filler);
            whole.close();
        }
        Mounts.detach(directory.toRealPath());
    }

    @ParameterizedTest
    @CsvSource({"overlay2,0", "vfs,0", "vfs,300000"})
    void aContainerThatHasNoRoomIsNotMade(String driver, int left) throws Exception {
        String host = "{\"NetworkMode\":\"none\",\"StorageOpt\":{\"gantry.driver\":\"" + driver + "\"}}";
        whole.engine().containers().remove(whole.createShell("true", host), true, true);
        Set<Path> before = filesOnceTrashIsEmpty();
        fill(left);

        assertThatThrownBy(() -> whole.createShell("true", host))
                .hasMessageMatching("(?is).*no space left on device.*free space.*");

        Files.delete(filler);
        awaitFiles(before);
        assertThat(whole.engine().containers().list()).isEmpty();
        assertThat(whole.run(whole.createShell("echo again", host)).stdout()).isEqualTo("again\n");
    }

    @Test
    void anImageThatHasNoRoomIsNotLoaded() throws Exception {
        Set<Path> before = files();
        fill(0);

        assertThatThrownBy(() -> whole.importImage("another:one"))
                .hasMessageMatching("(?is).*no space left on device.*free space.*");

        Files.delete(filler);
        awaitFiles(before);
        assertThat(whole.engine().images().list()).hasSize(1);
        whole.importImage("another:one");
        assertThat(whole.engine().images().list()).hasSizeGreaterThanOrEqualTo(1);
    }

    private void fill(int left) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left on device");
        }
        try (FileChannel channel = FileChannel.open(filler, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - left);
        }
    }

    private Set<Path> filesOnceTrashIsEmpty() throws IOException {
        AtomicReference<Set<Path>> seen = new AtomicReference<>(Set.of());
        awaitTrue(() -> {
            seen.set(files());
            return seen.get().stream()
                    .noneMatch(file -> file.getParent().getFileName().toString().equals("trash"));
        });
        return seen.get();
    }

    /** Space is given back in the background. */
    private void awaitFiles(Set<Path> expected) throws IOException {
        awaitTrue(() -> files().equals(expected));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void awaitTrue(Condition condition) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!holds(condition)) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** What is listed while it is being removed may be gone when it is looked at. */
    private static boolean holds(Condition condition) throws IOException {
        try {
            return condition.holds();
        } catch (NoSuchFileException | UncheckedIOException e) {
            return false;
        }
    }

    /** All files but the database's. */
    private Set<Path> files() throws IOException {
        try (Stream<Path> walk = Files.walk(whole.config().dataRoot())) {
            Set<Path> files = new TreeSet<>();
            walk.filter(path -> !path.getFileName().toString().startsWith("state.db"))
                    .filter(path -> !path.equals(filler))
                    .forEach(files::add);
            return files;
        }
    }
}
