package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Images.Deletion;
import io.gantry.engine.whole.WholeEngine.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that containers were made of are removed by Docker's rules. */
class ImageRemovalTest {
    @TempDir
    Path directory;

    private WholeEngine whole;

    @BeforeEach
    void open() throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterEach
    void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @Test
    void forcedItGoesThoughAStoppedContainerStandsOnItWhichStillRuns() throws Exception {
        String id = whole.createShell("echo still here", "{\"NetworkMode\":\"none\"}");
        assertThatThrownBy(() -> whole.engine().images().remove(WholeEngine.IMAGE, false, false))
                .hasMessageContaining(
                        "(must force) - container " + id.substring(0, 12) + " is using its referenced image");

        assertThat(whole.engine().images().remove(WholeEngine.IMAGE, true, false))
                .extracting(Deletion::untagged)
                .anyMatch(name -> name.isPresent());
        assertThat(whole.engine().images().list()).isEmpty();

        assertThat(whole.run(id)).isEqualTo(new Ran(0, "still here\n", ""));
        whole.reopen();
        assertThat(whole.run(id).stdout()).isEqualTo("still here\n");
        whole.engine().containers().remove(id, false, false);
        awaitNoLayers();
    }

    @Test
    void aRunningContainerKeepsItByItsIdAndLosesTheNameOnly() {
        String id = whole.createShell("sleep 1000", "{\"NetworkMode\":\"none\"}");
        whole.engine().containers().start(id);
        String image = whole.engine().containers().find(id).imageId();

        assertThatThrownBy(() -> whole.engine().images().remove(image, true, false))
                .hasMessageContaining("(cannot be forced) - image is being used by running container");
        assertThat(whole.engine().images().remove(WholeEngine.IMAGE, true, false))
                .hasSize(1);

        assertThat(whole.engine().images().find(image).tags()).isEmpty();
    }

    private void awaitNoLayers() throws IOException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (layers() > 0) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    private long layers() throws IOException {
        try (Stream<Path> list = Files.list(directory.resolve("data/storage/overlay2/layers"))) {
            return list.count();
        }
    }
}
