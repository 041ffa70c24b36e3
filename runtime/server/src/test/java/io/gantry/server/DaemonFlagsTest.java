package io.gantry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DaemonFlagsTest {
    private static DaemonFlags parse(String... arguments) {
        return DaemonFlags.parse(List.of(arguments));
    }

    @Test
    void theDefaultsAreTheStandardPlaces() {
        DaemonFlags flags = parse();
        assertThat(flags.hosts()).containsExactly("unix:///run/gantry/gantry.sock");
        assertThat(flags.dataRoot()).isEqualTo(Path.of("/var/lib/gantry"));
        assertThat(flags.execRoot()).isEqualTo(Path.of("/run/gantry"));
        assertThat(flags.pidFile()).isEqualTo(Path.of("/run/gantry/gantry.pid"));
        assertThat(flags.runtime()).isEqualTo("runc");
        assertThat(flags.conmon()).isEqualTo("conmon");
        assertThat(flags.logLevel()).isEqualTo("info");
        assertThat(flags.storageDriver()).isEmpty();
    }

    @Test
    void allWaysToWriteAFlagAreRead() {
        DaemonFlags flags = parse(
                "-H",
                "unix:///a",
                "-Hunix:///b",
                "--host=tcp://127.0.0.1:1",
                "-s",
                "vfs",
                "--storage-opt",
                "size=1G",
                "--storage-opt=x=y=z",
                "--storage-root",
                "btrfs=/b",
                "--storage-root=zfs=/z/../y",
                "--exec-root",
                "/e",
                "--add-runtime",
                "crun=/usr/bin/crun",
                "--default-runtime=crun",
                "--plugin-path",
                "/p",
                "--plugin-path",
                "/q",
                "-D",
                "-p",
                "/pid");
        assertThat(flags.hosts()).containsExactly("unix:///a", "unix:///b", "tcp://127.0.0.1:1");
        assertThat(flags.storageDriver()).contains("vfs");
        assertThat(flags.storageOptions()).isEqualTo(Map.of("size", "1G", "x", "y=z"));
        assertThat(flags.storageRoots()).isEqualTo(Map.of("btrfs", Path.of("/b"), "zfs", Path.of("/y")));
        assertThat(flags.runtime()).isEqualTo("/usr/bin/crun");
        assertThat(flags.pluginPath()).containsExactly(Path.of("/p"), Path.of("/q"));
        assertThat(flags.logLevel()).isEqualTo("debug");
        assertThat(flags.pidFile()).isEqualTo(Path.of("/pid"));
        assertThat(parse("--exec-root", "/e").pidFile()).isEqualTo(Path.of("/e/gantry.pid"));
    }

    @Test
    void wrongFlagsAreNamed() {
        assertThatThrownBy(() -> parse("--nonsense")).hasMessage("unknown flag: --nonsense");
        assertThatThrownBy(() -> parse("-x")).hasMessage("unknown flag: -x");
        assertThatThrownBy(() -> parse("stray")).hasMessage("unexpected argument: stray");
        assertThatThrownBy(() -> parse("--host")).hasMessage("flag needs an argument: --host");
        assertThatThrownBy(() -> parse("-l", "loud")).hasMessageContaining("invalid log level: loud");
        assertThatThrownBy(() -> parse("--storage-opt", "size")).hasMessageContaining("key=value");
        assertThatThrownBy(() -> parse("--storage-root", "/b")).hasMessageContaining("name=path");
        assertThatThrownBy(() -> parse("--storage-root", "a=/b", "--storage-root", "c=/b/"))
                .hasMessageContaining("two drivers cannot share /b");
    }

    @Test
    void hostsAreSocketsOrPorts() {
        assertThat(Listen.parse("unix:///a/b")).isEqualTo(new Listen.Unix(Path.of("/a/b")));
        assertThat(Listen.parse("/a/b")).isEqualTo(new Listen.Unix(Path.of("/a/b")));
        assertThat(Listen.parse("tcp://127.0.0.1:2375")).hasToString("tcp://127.0.0.1:2375");
        assertThat(Listen.parse("tcp://:2375")).hasToString("tcp://127.0.0.1:2375");
        assertThat(Listen.parse("tcp://[::1]:2375")).hasToString("tcp://[::1]:2375");
        for (String wrong : List.of("http://x", "tcp://x", "tcp://x:99999", "unix://", "nonsense")) {
            assertThatThrownBy(() -> Listen.parse(wrong)).as(wrong).hasMessageContaining("unix:///path/to.sock");
        }
    }
}
