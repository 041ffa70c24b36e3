package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
    private static final String TEXT = """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
            30 22 0:40 / /with\\040space\\134 ro,nosuid master:1 shared:7 - overlay over rw,lowerdir=a\\054b,upperdir=c
            40 22 0:41 / /a/b rw - tmpfs deep rw
            41 22 0:42 /part /a rw - tmpfs hiding rw
            39 41 0:43 / /a/c rw - tmpfs moved rw
            """;

    private final MountTable table = MountTable.parse(TEXT);

    @Test
    void everyFieldIsRead() {
        MountTable.Entry entry = table.at(Path.of("/with space\\")).orElseThrow();
        assertThat(entry.id()).isEqualTo(30);
        assertThat(entry.parentId()).isEqualTo(22);
        assertThat(entry.device()).isEqualTo(DeviceNumber.of(0, 40));
        assertThat(entry.options()).containsExactly("ro", "nosuid");
        assertThat(entry.propagation()).containsExactly("master:1", "shared:7");
        assertThat(entry.type()).isEqualTo("overlay");
        assertThat(entry.superOptions()).containsExactly("rw", "lowerdir=a,b", "upperdir=c");
        assertThat(table.at(Path.of("/a")).orElseThrow().root()).isEqualTo("/part");
    }

    @Test
    void coveringMountIsTheOneThatIsSeen() {
        assertThat(table.covering(Path.of("/etc/x")).orElseThrow().id()).isEqualTo(22);
        assertThat(table.covering(Path.of("/a/b/x")).orElseThrow().source()).isEqualTo("hiding");
        assertThat(table.covering(Path.of("/a/c")).orElseThrow().source()).isEqualTo("moved");
        assertThat(table.covering(Path.of("/ab")).orElseThrow().id()).isEqualTo(22);
    }

    @Test
    void mountsBeneathStandBehindThoseTheyLieOn() {
        assertThat(table.beneath(Path.of("/a")))
                .extracting(MountTable.Entry::id)
                .containsSubsequence(41, 39);
        assertThat(table.beneath(Path.of("/with"))).isEmpty();
    }

    @Test
    void otherTextIsRefused() {
        assertThatThrownBy(() -> MountTable.parse("22 1 8:1 / / rw"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("22 1 8:1");
    }
}
