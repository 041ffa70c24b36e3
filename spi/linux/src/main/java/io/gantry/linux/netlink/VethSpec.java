package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A veth pair to make in one message: this end in the socket's namespace, the peer there or in another, at once with its
 * final name.
 *
 * @param name   this end's name
 * @param mac    this end's hardware address; random when absent
 * @param mtu    bytes; 1500 when absent
 * @param master index of the bridge that this end becomes a port of
 * @param up     whether this end is set up
 * @param peer   the other end
 */
public record VethSpec(
        String name, Optional<MacAddress> mac, OptionalInt mtu, OptionalInt master, boolean up, Peer peer) {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name is no interface name
     */
    public VethSpec {
        InterfaceName.require(name);
    }

    /** Both ends down, no bridge, the kernel's own address and MTU. */
    public static VethSpec of(String name, Peer peer) {
        return new VethSpec(name, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), false, peer);
    }

    public VethSpec withMac(MacAddress address) {
        return new VethSpec(name, Optional.of(address), mtu, master, up, peer);
    }

    public VethSpec withMtu(int bytes) {
        return new VethSpec(name, mac, OptionalInt.of(bytes), master, up, peer);
    }

    public VethSpec withMaster(int bridgeIndex) {
        return new VethSpec(name, mac, mtu, OptionalInt.of(bridgeIndex), up, peer);
    }

    public VethSpec withUp() {
        return new VethSpec(name, mac, mtu, master, true, peer);
    }

    /**
     * The other end. It arrives down: the kernel cannot set it up before the pair is complete.
     *
     * @param name  its name, in its namespace; {@code %d} in it is replaced with the first free number
     * @param mac   hardware address; random when absent
     * @param mtu   bytes; 1500 when absent
     * @param netns the network namespace it is made in; the socket's own when absent
     */
    public record Peer(String name, Optional<MacAddress> mac, OptionalInt mtu, Optional<Fd> netns) {

        /**
         * Checks the name.
         *
         * @throws IllegalArgumentException if the name is no interface name
         */
        public Peer {
            InterfaceName.requireOrPattern(name);
        }

        /** Down, beside this end, the kernel's own address and MTU. */
        public static Peer of(String name) {
            return new Peer(name, Optional.empty(), OptionalInt.empty(), Optional.empty());
        }

        public Peer withMac(MacAddress address) {
            return new Peer(name, Optional.of(address), mtu, netns);
        }

        public Peer withMtu(int bytes) {
            return new Peer(name, mac, OptionalInt.of(bytes), netns);
        }

        public Peer in(Fd namespace) {
            return new Peer(name, mac, mtu, Optional.of(namespace));
        }
    }
}
