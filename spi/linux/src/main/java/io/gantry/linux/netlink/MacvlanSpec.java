package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A macvlan device to make.
 *
 * @param name   its name, in its namespace
 * @param parent index of the lower device, in the socket's namespace
 * @param mode   how it talks to its siblings
 * @param mac    hardware address; random when absent (the parent's, with passthru)
 * @param mtu    bytes, at most the parent's; the parent's when absent
 * @param netns  the network namespace it is made in; the socket's own when absent
 */
public record MacvlanSpec(
        String name, int parent, MacvlanMode mode, Optional<MacAddress> mac, OptionalInt mtu, Optional<Fd> netns) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is no interface name
     */
    public MacvlanSpec {
        InterfaceName.require(name);
    }

    public static MacvlanSpec of(String name, int parent, MacvlanMode mode) {
        return new MacvlanSpec(name, parent, mode, Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    public MacvlanSpec withMac(MacAddress address) {
        return new MacvlanSpec(name, parent, mode, Optional.of(address), mtu, netns);
    }

    public MacvlanSpec withMtu(int bytes) {
        return new MacvlanSpec(name, parent, mode, mac, OptionalInt.of(bytes), netns);
    }

    public MacvlanSpec in(Fd namespace) {
        return new MacvlanSpec(name, parent, mode, mac, mtu, Optional.of(namespace));
    }
}
