package io.gantry.spi.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subnets, MAC addresses and ports. */
class AddressesTest {
    @ParameterizedTest
    @CsvSource({
        "172.17.0.2/16, 172.17.0.0/16",
        "10.1.2.3/32, 10.1.2.3/32",
        "10.1.2.255/25, 10.1.2.128/25",
        "10.1.2.3/0, 0.0.0.0/0",
        "fd00:1::7/64, fd00:1:0:0:0:0:0:0/64"
    })
    void aNetworkHasNoHostBits(String address, String network) {
        assertThat(Cidr.parse(address).network()).hasToString(network);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0/16, 10.1.255.0/24, true",
        "10.1.255.0/24, 10.1.0.0/16, true",
        "10.1.0.0/16, 10.2.0.0/16, false",
        "0.0.0.0/0, 192.0.2.0/24, true",
        "fd00::/8, fd12::/16, true",
        "0.0.0.0/0, ::/0, false"
    })
    void subnetsOverlapIfOneHoldsTheOther(String one, String other, boolean overlap) {
        assertThat(Cidr.parse(one).overlaps(Cidr.parse(other))).isEqualTo(overlap);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.1",
                "10.0.0.1/33",
                "10.0.0.1/-1",
                "10.0.0/24",
                "10.0.0.256/24",
                "localhost/8",
                "fd00::/129",
                "1/2/3",
                "::g/64"
            })
    void whatIsNoCidrIsRefusedWithoutAskingANameServer(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void macAddressesHaveOneForm() {
        MacAddress mac = new MacAddress("02-42-AC-11-00-02");

        assertThat(mac).hasToString("02:42:ac:11:00:02").isEqualTo(MacAddress.of(mac.octets()));
        assertThatThrownBy(() -> new MacAddress("02:42:ac:11:00"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("invalid MAC address: 02:42:ac:11:00");
    }

    @Test
    void portsStayWithin65535() {
        var any = Cidr.parseAddress("0.0.0.0");

        assertThat(new PortMapping(PortMapping.Protocol.TCP, any, 65535, 65535, 1).count())
                .isEqualTo(1);
        assertThatThrownBy(() -> new PortMapping(PortMapping.Protocol.TCP, any, 65535, 80, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PortMapping(PortMapping.Protocol.TCP, any, 0, 80, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PortMapping(PortMapping.Protocol.TCP, any, 80, 80, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
