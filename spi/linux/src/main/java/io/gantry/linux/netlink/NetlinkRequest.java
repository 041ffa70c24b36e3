package io.gantry.linux.netlink;

/**
 * One change to be asked of the kernel, ready to send: what {@link Netlink#execute(NetlinkRequest...)} takes. Immutable and
 * independent of any socket; a namespace's descriptor that went into it must be open when it is sent.
 *
 * <p>The interface names and indices are those of the namespace whose socket it is sent through.
 */
public final class NetlinkRequest {

    private final String call;
    private final String object;
    private final byte[] message;

    NetlinkRequest(String call, String object, MessageWriter message) {
        this.call = call;
        this.object = object;
        this.message = message.finish();
    }

    /** A pair of virtual Ethernet devices. */
    public static NetlinkRequest createVeth(VethSpec spec) {
        return LinkMessages.createVeth(spec);
    }

    /**
     * A bridge, but for its MTU: the kernel keeps one only if it is set afterwards, by {@link LinkChange#mtu}, as
     * {@link Netlink#createBridge} does.
     */
    public static NetlinkRequest createBridge(BridgeSpec spec) {
        return LinkMessages.createBridge(spec);
    }

    /** A macvlan device on its parent. */
    public static NetlinkRequest createMacvlan(MacvlanSpec spec) {
        return LinkMessages.createMacvlan(spec);
    }

    /** An ipvlan device on its parent. */
    public static NetlinkRequest createIpvlan(IpvlanSpec spec) {
        return LinkMessages.createIpvlan(spec);
    }

    /** A VLAN device on its parent. */
    public static NetlinkRequest createVlan(VlanSpec spec) {
        return LinkMessages.createVlan(spec);
    }

    /**
     * A device that takes every frame and gives none.
     *
     * @throws IllegalArgumentException if the name is no interface name
     */
    public static NetlinkRequest createDummy(String name) {
        return LinkMessages.createDummy(name);
    }

    /** Any change to an existing link. */
    public static NetlinkRequest change(LinkChange change) {
        return LinkMessages.change(change);
    }

    public static NetlinkRequest deleteLink(int index) {
        return LinkMessages.delete(index);
    }

    public static NetlinkRequest deleteLink(String name) {
        return LinkMessages.delete(name);
    }

    public static NetlinkRequest addAddress(LinkAddress address) {
        return AddressMessages.add(address);
    }

    public static NetlinkRequest deleteAddress(int linkIndex, Cidr cidr) {
        return AddressMessages.delete(linkIndex, cidr);
    }

    /** Fails with EEXIST where the same destination, metric and table has a route. */
    public static NetlinkRequest addRoute(Route route) {
        return RouteMessages.add(route);
    }

    /** Takes the place of a route to the same destination with the same metric and table. */
    public static NetlinkRequest replaceRoute(Route route) {
        return RouteMessages.replace(route);
    }

    /** Deletes the first route that agrees with every part given. */
    public static NetlinkRequest deleteRoute(Route route) {
        return RouteMessages.delete(route);
    }

    /** Adds the entry, or takes the place of one for the same address. */
    public static NetlinkRequest putNeighbour(Neighbour neighbour) {
        return NeighbourMessages.put(neighbour);
    }

    public static NetlinkRequest deleteNeighbour(Neighbour neighbour) {
        return NeighbourMessages.delete(neighbour);
    }

    /** Adds the entry, or takes the place of one for the same hardware address. */
    public static NetlinkRequest putForwarding(ForwardingEntry entry) {
        return NeighbourMessages.put(entry);
    }

    public static NetlinkRequest deleteForwarding(ForwardingEntry entry) {
        return NeighbourMessages.delete(entry);
    }

    /** The kernel's name of the operation, for error messages. */
    String call() {
        return call;
    }

    /** What it is done on, for error messages. */
    String object() {
        return object;
    }

    /** The message with an empty sequence number; not to be changed. */
    byte[] message() {
        return message;
    }

    @Override
    public String toString() {
        return call + " " + object;
    }
}
