package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "172.17.0.1/16, 172.17.0.0/16, 172.17.255.255",
        "10.0.0.5/30, 10.0.0.4/30, 10.0.0.7",
        "10.0.0.5/31, 10.0.0.4/31,",
        "0.0.0.0/0, 0.0.0.0/0, 255.255.255.255",
        "2001:db8::ff/64, 2001:db8::/64,",
        "fd00:0:0:1::1/127, fd00:0:0:1::/127,",
    })
    void knowsItsNetworkAndBroadcastAddress(String text, String network, String broadcast) {
        Cidr cidr = Cidr.parse(text);
        assertThat(cidr.network()).isEqualTo(Cidr.parse(network)).hasToString(network);
        assertThat(cidr.broadcast().map(AddressText::format).orElse(null)).isEqualTo(broadcast);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.0.0.1",
                "10.0.0/8",
                "10.0.0.1/33",
                "10.0.0.1/-1",
                "10.0.0.1/8/8",
                "010.0.0.1/8",
                "localhost/8",
                "::1/129",
                ":::/64",
                "fe80::1%lo/64",
                "10.0.0.1/+8"
            })
    void refusesAnythingElseWithoutAskingTheResolver(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    })
    void writesIpv6AsRfc5952Says(String address, String canonical) {
        assertThat(Cidr.parse(address + "/128")).hasToString(canonical + "/128");
    }

    @Test
    void containsAndOverlapsByPrefix() {
        Cidr wide = Cidr.parse("10.0.0.0/8");
        assertThat(wide.contains(AddressText.parse("10.255.1.1"))).isTrue();
        assertThat(wide.contains(AddressText.parse("11.0.0.1"))).isFalse();
        assertThat(wide.contains(AddressText.parse("::1"))).isFalse();
        assertThat(wide.overlaps(Cidr.parse("10.3.0.0/16"))).isTrue();
        assertThat(Cidr.parse("10.3.0.0/16").overlaps(wide)).isTrue();
        assertThat(wide.overlaps(Cidr.parse("172.16.0.0/12"))).isFalse();
        assertThat(Cidr.ANY_IPV4.overlaps(Cidr.ANY_IPV6)).isFalse();
    }

    @Test
    void macAddressesReadAndWriteTheSameText() {
        MacAddress mac = MacAddress.parse("02:42:AC:11:00:02");
        assertThat(mac).hasToString("02:42:ac:11:00:02").isEqualTo(MacAddress.of(mac.octets()));
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse("02:42:ac:11:00"));
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse("02:42:ac:11:00:2"));
        assertThatIllegalArgumentException().isThrownBy(() -> new MacAddress(1L << 48));
    }
}
