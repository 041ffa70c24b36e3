package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxLinksTest {

    private static final String ID = "0123456789abcdef";
    private static final String OTHER = "fedcba9876543210";
    private static final String NAME = "mv0123456789a";

    @TempDir
    private Path records;

    private final TestNamespace host = new TestNamespace();
    private final TestNamespace box = new TestNamespace();
    private final Netlink netlink = host.netlink();
    private final Netlink inside = box.netlink();
    private SandboxLinks links;
    private int parent;

    @BeforeEach
    void start() {
        links = new SandboxLinks(netlink, "gantry 12ab", "mv", records);
        parent =
                netlink.createVeth(VethSpec.of("up0", VethSpec.Peer.of("wire"))).index();
    }

    @AfterEach
    void close() {
        netlink.close();
        inside.close();
        host.close();
        box.close();
    }

    @Test
    void aLinkIsDeletedWhereItIsAlsoAfterARestart() {
        make(ID);
        assertThat(netlink.link(NAME)).isPresent();
        netlink.moveToNamespace(netlink.link(NAME).orElseThrow().index(), box.fd(), "eth0");
        new SandboxLinks(netlink, "gantry 12ab", "mv", records).remove(ID);
        assertThat(inside.link("eth0")).isEmpty();
        assertThat(records).isEmptyDirectory();
        links.remove(ID);
    }

    @Test
    void makingOneAgainTakesThePlaceOfTheFirst() {
        make(ID);
        netlink.moveToNamespace(netlink.link(NAME).orElseThrow().index(), box.fd(), "eth0");
        make(ID);
        assertThat(inside.link("eth0")).isEmpty();
        assertThat(netlink.link(NAME)).isPresent();
    }

    @Test
    void aSandboxThatIsGoneOrWasNeverOneDoesNotMatter() throws IOException {
        make(ID);
        Files.writeString(records.resolve(ID), "/proc/0/ns/net");
        links.remove(ID);
        make(ID);
        Files.writeString(records.resolve(ID), "");
        links.remove(ID);
        make(ID);
        Path file = Files.createFile(records.resolve("plain"));
        Files.writeString(records.resolve(ID), file.toString());
        links.remove(ID);
        assertThat(netlink.link(NAME)).isEmpty();
    }

    @Test
    void aLinkOfSomebodyElsesByThatNameIsKeptAsItIs() {
        netlink.createMacvlan(MacvlanSpec.of(NAME, parent, MacvlanMode.BRIDGE));
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> make(ID))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        links.remove(ID);
        assertThat(netlink.link(NAME).orElseThrow().alias().orElse("")).isEmpty();
    }

    @Test
    void aLinkThatIsNotMadeWholeLeavesNothing() {
        NetlinkRequest creation = NetlinkRequest.createMacvlan(MacvlanSpec.of(NAME, parent, MacvlanMode.BRIDGE));
        NetlinkRequest refused = NetlinkRequest.change(LinkChange.of(NAME).mtu(9000));
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> links.make(ID, box.path(), creation, refused))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        assertThat(netlink.link(NAME)).isEmpty();
        assertThat(records).isEmptyDirectory();
    }

    @Test
    void whatNobodyKnowsIsDeletedHereAndInSandboxes() {
        make(ID);
        make(OTHER);
        netlink.moveToNamespace(netlink.link(links.name(OTHER)).orElseThrow().index(), box.fd(), "eth0");
        assertThat(links.removeOthers(Set.of(ID))).containsExactly(OTHER);
        assertThat(inside.link("eth0")).isEmpty();
        assertThat(netlink.link(NAME)).isPresent();
        assertThat(links.removeOthers(Set.of())).containsExactly(ID);
        assertThat(netlink.link(NAME)).isEmpty();
    }

    private void make(String id) {
        links.make(
                id,
                box.path(),
                NetlinkRequest.createMacvlan(MacvlanSpec.of(links.name(id), parent, MacvlanMode.BRIDGE)));
    }
}
