package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParentLinksTest {

    private final TestNamespace host = new TestNamespace();
    private final Netlink netlink = host.netlink();
    private final ParentLinks parents = new ParentLinks(netlink, "gantry 12ab");

    @BeforeEach
    void makeAnUplink() {
        netlink.createVeth(VethSpec.of("up0", VethSpec.Peer.of("wire")).withUp());
    }

    @AfterEach
    void close() {
        netlink.close();
        host.close();
    }

    @Test
    void aDeviceThatExistsIsUsedAndNeverDeleted() {
        Link parent = parents.ready("up0");
        assertThat(parent.name()).isEqualTo("up0");
        assertThat(parents.made()).isEmpty();
        assertThat(parents.remove("up0")).isFalse();
        assertThat(netlink.link("up0")).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "eth7        | invalid subinterface vlan name eth7, example formatting is eth0.10",
                "up0.1.2     | required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received up0.1.2",
                "up0.ten     | unable to parse a valid vlan id from: ten (ex. eth0.10 for vlan 10)",
                "eth7.10     | -o parent interface was not found on the host: eth7",
                ".10         | -o parent interface was not found on the host: ",
                "up0.0       | vlan id must be between 1-4094, received: 0",
                "up0.4095    | vlan id must be between 1-4094, received: 4095"
            })
    void aNameThatMeansNothingIsRefusedInDockersWords(String name, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parents.ready(name))
                .withMessageStartingWith(message);
        assertThat(netlink.links()).hasSize(3);
    }

    @Test
    @Tag("vlan")
    void aVlanIsMadeOnceAndDeletedByWhoeverBearsTheSameMark() {
        Link vlan = parents.ready("up0.10");
        assertThat(vlan.isKind("vlan")).isTrue();
        assertThat(vlan.vlan()).hasValue(10);
        assertThat(vlan.isUp()).isTrue();
        assertThat(vlan.linkIndex()).hasValue(netlink.link("up0").orElseThrow().index());
        assertThat(parents.ready("up0.10").index()).isEqualTo(vlan.index());

        assertThat(new ParentLinks(netlink, "gantry 34cd").remove("up0.10")).isFalse();
        ParentLinks afterRestart = new ParentLinks(netlink, "gantry 12ab");
        assertThat(afterRestart.made()).containsExactly("up0.10");
        assertThat(afterRestart.remove("up0.10")).isTrue();
        assertThat(afterRestart.remove("up0.10")).isFalse();
        assertThat(netlink.link("up0.10")).isEmpty();
    }

    @Test
    @Tag("vlan")
    void aVlanOnADeviceThatIsDownLeavesNothing() {
        netlink.setDown(netlink.link("up0").orElseThrow().index());
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> parents.ready("up0.10"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENETDOWN));
        assertThat(netlink.link("up0.10")).isEmpty();
    }

    @Test
    @Tag("vlan")
    void aDummyIsMadeAndDeleted() {
        assertThat(parents.readyDummy("dm-12ab").isKind("dummy")).isTrue();
        assertThat(parents.remove("dm-12ab")).isTrue();
        assertThat(netlink.link("dm-12ab")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"L2, BRIDGE", "L3, PRIVATE", "L3S, VEPA"})
    @Tag("ipvlan")
    void anIpvlanIsMadeInAnyMode(IpvlanMode mode, IpvlanFlag flag) {
        int up0 = netlink.link("up0").orElseThrow().index();
        Link made = netlink.createIpvlan(IpvlanSpec.of("iv0", up0, mode, flag)).orElseThrow();
        assertThat(made.isKind("ipvlan")).isTrue();
        assertThat(made.ipvlan()).contains(mode);
        assertThat(made.linkIndex()).hasValue(up0);
    }
}
