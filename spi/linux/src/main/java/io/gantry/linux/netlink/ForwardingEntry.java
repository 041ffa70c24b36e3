package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An entry of a bridge's or VXLAN device's forwarding database (FDB).
 *
 * @param linkIndex the bridge port, or the device itself
 * @param mac       destination hardware address; all zero is the VXLAN default destination
 * @param remote    VXLAN: the tunnel end point behind which the address is
 * @param state     {@link NeighbourState#PERMANENT} never ages and is local, {@link NeighbourState#NOARP} never ages
 * @param owner     whose table it is in
 * @param bridge    index of the bridge, for entries of a bridge's table that were listed
 */
public record ForwardingEntry(
        int linkIndex,
        MacAddress mac,
        Optional<InetAddress> remote,
        NeighbourState state,
        Owner owner,
        OptionalInt bridge) {

    /** Which of the two tables a port's entry can be in. */
    public enum Owner {
        /** The device's own table (VXLAN, macvlan, hardware). */
        SELF(0x02),
        /** The table of the bridge that the device is a port of. */
        MASTER(0x04);

        final int flag;

        Owner(int flag) {
            this.flag = flag;
        }
    }

    /** An address behind a bridge's port that never ages. */
    public static ForwardingEntry onPort(int portIndex, MacAddress mac) {
        return new ForwardingEntry(
                portIndex, mac, Optional.empty(), NeighbourState.NOARP, Owner.MASTER, OptionalInt.empty());
    }

    /** An address behind another tunnel end point, in a VXLAN device's table. */
    public static ForwardingEntry behindTunnel(int vxlanIndex, MacAddress mac, InetAddress remote) {
        return new ForwardingEntry(
                vxlanIndex, mac, Optional.of(remote), NeighbourState.PERMANENT, Owner.SELF, OptionalInt.empty());
    }
}
