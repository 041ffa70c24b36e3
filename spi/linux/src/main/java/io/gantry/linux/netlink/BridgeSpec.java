package io.gantry.linux.netlink;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A bridge to make.
 *
 * @param name     its name
 * @param mac      a fixed hardware address; when absent the kernel picks one, which may follow its ports
 * @param mtu      a fixed MTU in bytes; when absent it follows its ports
 * @param settings what differs from the kernel's defaults
 * @param up       whether it is set up
 */
public record BridgeSpec(String name, Optional<MacAddress> mac, OptionalInt mtu, BridgeSettings settings, boolean up) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is no interface name
     */
    public BridgeSpec {
        InterfaceName.require(name);
    }

    /** Down, with the kernel's defaults (spanning tree off). */
    public static BridgeSpec of(String name) {
        return new BridgeSpec(name, Optional.empty(), OptionalInt.empty(), BridgeSettings.unchanged(), false);
    }

    public BridgeSpec withMac(MacAddress address) {
        return new BridgeSpec(name, Optional.of(address), mtu, settings, up);
    }

    public BridgeSpec withMtu(int bytes) {
        return new BridgeSpec(name, mac, OptionalInt.of(bytes), settings, up);
    }

    public BridgeSpec withSettings(BridgeSettings other) {
        return new BridgeSpec(name, mac, mtu, other, up);
    }

    public BridgeSpec withUp() {
        return new BridgeSpec(name, mac, mtu, settings, true);
    }
}
