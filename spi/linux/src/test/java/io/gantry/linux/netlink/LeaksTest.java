package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.KernelException;
import io.gantry.linux.nft.Nftables;
import io.gantry.linux.nft.NftablesException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeaksTest {

    @Test
    void openingWorkingFailingAndClosingLeavesNoDescriptor() {
        useEverything();
        long before = netlinkAndNamespaceDescriptors();
        for (int i = 0; i < 20; i++) {
            useEverything();
        }
        assertThat(netlinkAndNamespaceDescriptors()).isEqualTo(before);
    }

    @Test
    void aNamespaceGoesWhenItsLastUserIsClosed() {
        try (TestNamespace host = new TestNamespace();
                Netlink netlink = host.netlink()) {
            TestNamespace box = new TestNamespace();
            Netlink inside = box.netlink();
            netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("eth0").in(box.fd())));
            box.close();
            assertThat(inside.link("eth0")).isPresent();
            // The socket alone has kept it so far.
            inside.close();
            awaitGone(netlink, "a");
            assertThat(netlink.link("a")).isEmpty();
        }
    }

    @Test
    void manyThreadsShareOneSocket() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (TestNamespace namespace = new TestNamespace();
                Netlink netlink = namespace.netlink()) {
            List<Callable<Boolean>> work = IntStream.range(0, 40)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        Link made = netlink.createBridge(BridgeSpec.of("br" + i));
                        return made.name().equals("br" + i)
                                && netlink.link("br" + i).equals(netlink.link(made.index()))
                                && netlink.links().size() > 1
                                && netlink.deleteLink(made.index());
                    })
                    .toList();
            for (Future<Boolean> result : threads.invokeAll(work)) {
                assertThat(result.get()).isTrue();
            }
            assertThat(netlink.links()).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void useEverything() {
        try (TestNamespace namespace = new TestNamespace();
                Netlink netlink = namespace.netlink();
                Conntrack conntrack = Conntrack.open(namespace.path());
                Nftables nft = Nftables.open(namespace.path())) {
            netlink.createBridge(BridgeSpec.of("br0"));
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> netlink.createBridge(BridgeSpec.of("br0")));
            assertThatExceptionOfType(NftablesException.class).isThrownBy(() -> nft.run("list table inet none"));
            assertThatExceptionOfType(KernelException.class)
                    .isThrownBy(() -> Netlink.open(Path.of("/proc/self/ns/none")));
            assertThatExceptionOfType(KernelException.class).isThrownBy(() -> Netlink.open(Path.of("/proc/version")));
            NetSysctl.write(namespace.path(), "net.ipv4.ip_forward", "1");
            assertThat(conntrack.deleteUdp(Optional.empty(), Set.of(53))).isZero();
        }
    }

    /** The kernel takes a namespace down in the background: asked again until it is done, at most 20 s. */
    private static void awaitGone(Netlink netlink, String name) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (netlink.link(name).isPresent() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private static long netlinkAndNamespaceDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(LeaksTest::target)
                    .filter(target -> target.startsWith("socket:") || target.startsWith("net:"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
