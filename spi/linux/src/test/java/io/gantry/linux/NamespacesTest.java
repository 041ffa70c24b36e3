package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespacesTest {
    private static final Path OWN_NETWORK = Path.of("/proc/thread-self/ns/net");

    @TempDir
    Path temp;

    @Test
    void workRunsInANewNamespaceAndTheCallerStaysInItsOwn() throws Exception {
        Path before = Files.readSymbolicLink(OWN_NETWORK);
        Path inside = Namespaces.inNew(Set.of(NamespaceKind.NETWORK), () -> Files.readSymbolicLink(OWN_NETWORK));
        assertThat(inside).isNotEqualTo(before);
        assertThat(Files.readSymbolicLink(OWN_NETWORK)).isEqualTo(before);
    }

    @Test
    void failuresOfTheWorkReachTheCallerAsTheyAre() {
        IOException failure = new IOException("own");
        assertThatThrownBy(() -> Namespaces.inNew(Set.of(NamespaceKind.UTS), () -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThatThrownBy(() -> Namespaces.inNew(Set.of(NamespaceKind.UTS), () -> {
                    throw new AssertionError("error");
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void namedNamespaceLivesOnWithoutProcesses() throws Exception {
        Path file = temp.resolve("net");
        NamedNetns.create(file);
        try {
            assertThat(NamedNetns.exists(file)).isTrue();
            try (Fd namespace = NamedNetns.open(file)) {
                Path first = Namespaces.in(namespace, NamespaceKind.NETWORK, () -> Files.readSymbolicLink(OWN_NETWORK));
                Path second = Namespaces.in(file, NamespaceKind.NETWORK, () -> Files.readSymbolicLink(OWN_NETWORK));
                assertThat(first).isEqualTo(second).isNotEqualTo(Files.readSymbolicLink(OWN_NETWORK));
                assertThat(Namespaces.in(
                                namespace,
                                NamespaceKind.NETWORK,
                                () -> LoopImage.run(List.of("cat", "/proc/self/net/dev"))))
                        .contains("lo:")
                        .doesNotContain("eth0");
                assertThatThrownBy(() -> Namespaces.in(namespace, NamespaceKind.UTS, () -> ""))
                        .hasMessageContaining("setns uts by")
                        .hasMessageContaining("EINVAL");
            }
            assertThatThrownBy(() -> NamedNetns.create(file)).isInstanceOf(FileAlreadyExistsException.class);
            assertThat(NamedNetns.exists(file)).isTrue();
        } finally {
            NamedNetns.delete(file);
        }
        assertThat(file).doesNotExist();
        NamedNetns.delete(file);
    }

    @Test
    void aFileWithoutNamespaceIsNotTakenForOne() throws Exception {
        Path stale = Files.createFile(temp.resolve("stale"));
        assertThat(NamedNetns.exists(stale)).isFalse();
        assertThatThrownBy(() -> NamedNetns.open(stale)).hasMessageContaining("holds no namespace");
        NamedNetns.delete(stale);
        assertThat(stale).doesNotExist();
        assertThatThrownBy(() -> NamedNetns.open(stale)).hasMessageContaining("ENOENT");
    }

    @Test
    void mountsOfANamespaceAreNotSeenOutside() throws Exception {
        Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Mounts.mount(new MountRequest("tmpfs", "x", List.of()), temp);
            assertThat(MountTable.read().at(temp)).isPresent();
            return null;
        });
        assertThat(MountTable.read().at(temp)).isEmpty();
    }

    @Test
    void processesAreHeldByDescriptor() throws Exception {
        Process process = new ProcessBuilder("sleep", "1000").start();
        try (PidFd held = PidFd.open(process.pid()).orElseThrow()) {
            assertThat(held.pid()).isEqualTo(process.pid());
            assertThat(held.hasEnded()).isFalse();
            assertThat(held.awaitEnd(Duration.ofMillis(1))).isFalse();
            assertThat(held.signal(9)).isTrue();
            assertThat(held.awaitEnd(Duration.ofMinutes(1))).isTrue();
            assertThat(process.waitFor()).isEqualTo(128 + 9);
            assertThat(held.signal(0)).isFalse();
            assertThat(PidFd.open(process.pid())).isEmpty();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void kernelTellsWhatItIs() {
        assertThat(Kernel.Release.parse("5.10.0-13-amd64")).isEqualTo(new Kernel.Release(5, 10, "5.10.0-13-amd64"));
        assertThat(Kernel.Release.parse("5.10").isAtLeast(5, 9)).isTrue();
        assertThat(Kernel.Release.parse("5.10").isAtLeast(6, 0)).isFalse();
        assertThat(Kernel.release().isAtLeast(4, 18)).isTrue();
        assertThat(Kernel.hasFileSystem("overlay")).isTrue();
        assertThat(Kernel.hasFileSystem("ext4")).isTrue();
        assertThat(Kernel.hasFileSystem("over")).isFalse();
        assertThat(Kernel.moduleParameter("overlay", "metacopy"))
                .get()
                .asString()
                .isIn("Y", "N");
        assertThat(Kernel.moduleParameter("overlay", "nonsense")).isEmpty();
        assertThat(Kernel.capabilities()).contains(Capability.CAP_SYS_ADMIN, Capability.CAP_MKNOD);
        assertThat(Kernel.boundingCapabilities()).contains(Capability.CAP_SYS_ADMIN);
    }

    @Test
    void settingsAreThoseOfTheThreadsNamespace() throws Exception {
        Namespaces.inNew(Set.of(NamespaceKind.NETWORK), () -> {
            Kernel.changeSetting("net.ipv4.ip_forward", "1");
            assertThat(Kernel.setting("net.ipv4.ip_forward")).contains("1");
            Kernel.changeSetting("net.ipv4.ip_forward", "0");
            assertThat(Kernel.setting("net.ipv4.ip_forward")).contains("0");
            return null;
        });
        assertThat(Kernel.setting("no.such.setting")).isEmpty();
        assertThatThrownBy(() -> Kernel.setting("//.//.etc.passwd")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lockIsHeldByOneOrShared() throws Exception {
        Path file = temp.resolve("lock");
        try (Flock first = Flock.exclusive(file)) {
            assertThat(Flock.tryExclusive(file)).isEmpty();
            assertThat(Flock.tryShared(file)).isEmpty();
            assertThat(first).isNotNull();
        }
        try (Flock one = Flock.tryShared(file).orElseThrow();
                Flock two = Flock.tryShared(file).orElseThrow()) {
            assertThat(one).isNotSameAs(two);
            assertThat(Flock.tryExclusive(file)).isEmpty();
        }
        Flock.tryExclusive(file).orElseThrow().close();
    }
}
