package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.IoFailureException;
import io.gantry.storage.devicemapper.ThinIds.Thin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThinIdsTest {
    @TempDir
    Path root;

    @Test
    void theLowestFreeIdIsGivenOutAndReusedAfterDeletion() {
        ThinIds ids = ThinIds.open(root);
        Thin first = ids.allocate("aaaaaaaa", 1, 4096);
        Thin second = ids.allocate("bbbbbbbb", 2, 8192);
        assertThat(first).isEqualTo(new Thin(1, "aaaaaaaa", 1, 4096));
        assertThat(second.id()).isEqualTo(2);

        ids.release(first);

        assertThat(ids.find("aaaaaaaa")).isEmpty();
        assertThat(ids.allocate("cccccccc", 3, 4096).id()).isEqualTo(1);
    }

    @Test
    void idsAreKnownAgainAfterOpening() {
        ThinIds ids = ThinIds.open(root);
        Thin first = ids.allocate("aaaaaaaa", 1, 4096);
        Thin second = ids.resize(ids.allocate("bbbbbbbb", 2, 8192), 16384);

        assertThat(ThinIds.open(root).all()).containsExactly(first, second);
        assertThat(second.bytes()).isEqualTo(16384);
    }

    @Test
    void idsOfOthersAreNotGivenOutAgain() {
        ThinIds ids = ThinIds.open(root);
        ids.leave(ids.allocate("aaaaaaaa", 1, 4096));

        assertThat(ids.allocate("aaaaaaaa", 1, 4096).id()).isEqualTo(2);
        assertThat(ThinIds.open(root).all()).hasSize(1);
    }

    @Test
    void whatAnInterruptedWriteLeftIsDeletedAndADamagedFileIsNamed() throws IOException {
        ThinIds.open(root).allocate("aaaaaaaa", 1, 4096);
        Path unfinished = Files.writeString(root.resolve("devices/.new-2"), "half");
        assertThat(ThinIds.open(root).all()).hasSize(1);
        assertThat(unfinished).doesNotExist();

        Path damaged = Files.writeString(root.resolve("devices/2"), "half");
        assertThatThrownBy(() -> ThinIds.open(root))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining(damaged.toString());
    }
}
