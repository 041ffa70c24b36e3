package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An ipvlan device to make. It has its parent's hardware address.
 *
 * @param name   its name, in its namespace
 * @param parent index of the lower device, in the socket's namespace
 * @param mode   where it and the parent meet; making it changes the mode of all its siblings
 * @param flag   how it talks to its siblings; making it changes that of all its siblings
 * @param mtu    bytes, at most the parent's; the parent's when absent
 * @param netns  the network namespace it is made in; the socket's own when absent
 */
public record IpvlanSpec(
        String name, int parent, IpvlanMode mode, IpvlanFlag flag, OptionalInt mtu, Optional<Fd> netns) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is no interface name
     */
    public IpvlanSpec {
        InterfaceName.require(name);
    }

    public static IpvlanSpec of(String name, int parent, IpvlanMode mode, IpvlanFlag flag) {
        return new IpvlanSpec(name, parent, mode, flag, OptionalInt.empty(), Optional.empty());
    }

    public IpvlanSpec withMtu(int bytes) {
        return new IpvlanSpec(name, parent, mode, flag, OptionalInt.of(bytes), netns);
    }

    public IpvlanSpec in(Fd namespace) {
        return new IpvlanSpec(name, parent, mode, flag, mtu, Optional.of(namespace));
    }
}
