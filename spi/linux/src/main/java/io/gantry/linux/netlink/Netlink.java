package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Links, addresses, routes and neighbours of one network namespace, through one routing netlink socket.
 *
 * <p>The namespace is the one the socket was opened in, whichever thread calls later. Thread-safe: exchanges are taken one
 * after another. Every method may throw {@link KernelException} with the kernel's number and, where it gave one, its own
 * explanation; EPERM means that CAP_NET_ADMIN is missing in the namespace. Changes need that capability, reading
 * does not. After {@link #close} every method throws {@link IllegalStateException}.
 *
 * <p>Specification: rtnetlink(7), netlink(7).
 */
public final class Netlink implements AutoCloseable {

    private final NetlinkSocket socket;

    private Netlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** In the calling thread's network namespace. */
    public static Netlink open() {
        return new Netlink(NetlinkSocket.open(NetlinkSocket.ROUTE));
    }

    /** In the network namespace that the file stands for: {@code /proc/PID/ns/net} or a named namespace's mount. */
    public static Netlink open(Path netns) {
        return new Netlink(Namespaces.in(netns, NamespaceKind.NETWORK, () -> NetlinkSocket.open(NetlinkSocket.ROUTE)));
    }

    /** As {@link #open(Path)}, by an open descriptor of the namespace, which stays the caller's. */
    public static Netlink open(Fd netns) {
        return new Netlink(Namespaces.in(netns, NamespaceKind.NETWORK, () -> NetlinkSocket.open(NetlinkSocket.ROUTE)));
    }

    /**
     * Asks for all changes in one system call (in a few, beyond 64). The kernel takes them in order and <em>goes on
     * after a failure</em>, so a batch is fast but no transaction.
     *
     * @throws KernelException of the first that failed, with those of others suppressed in it
     */
    public void execute(List<NetlinkRequest> requests) {
        socket.execute(requests, message -> Optional.empty());
    }

    /** {@link #execute(List)} of these. */
    public void execute(NetlinkRequest... requests) {
        execute(List.of(requests));
    }

    // ---- links

    public List<Link> links() {
        return socket.dump(LinkMessages.list(), LinkMessages::read);
    }

    /** Empty if there is no link of that index. */
    public Optional<Link> link(int index) {
        return find(LinkMessages.query(index), LinkMessages::read);
    }

    /** Empty if there is no link of that name. */
    public Optional<Link> link(String name) {
        return find(LinkMessages.query(name), LinkMessages::read);
    }

    /**
     * Makes both ends of a pair and answers this one; its {@link Link#linkIndex} is the peer's index in the peer's
     * namespace.
     *
     * @throws KernelException EEXIST if either name is taken
     */
    public Link createVeth(VethSpec spec) {
        return created(NetlinkRequest.createVeth(spec), spec.name());
    }

    /**
     * Makes a bridge and answers it.
     *
     * @throws KernelException EEXIST if the name is taken
     */
    public Link createBridge(BridgeSpec spec) {
        Link bridge = created(NetlinkRequest.createBridge(spec), spec.name());
        if (spec.mtu().isPresent()) {
            try {
                setMtu(bridge.index(), spec.mtu().getAsInt());
            } catch (RuntimeException e) {
                deleteLink(bridge.index());
                throw e;
            }
        }
        return bridge;
    }

    /**
     * Makes the device and answers its state, unless it was made in another namespace, where this socket cannot look.
     *
     * @throws KernelException EEXIST if the name is taken, EBUSY if the parent is taken by a passthru or a bridge,
     *     EINVAL if the parent cannot carry one (the loopback device)
     */
    public Optional<Link> createMacvlan(MacvlanSpec spec) {
        NetlinkRequest request = NetlinkRequest.createMacvlan(spec);
        if (spec.netns().isPresent()) {
            execute(request);
            return Optional.empty();
        }
        return Optional.of(created(request, spec.name()));
    }

    /**
     * Makes the device and answers its state, unless it was made in another namespace, where this socket cannot look.
     *
     * @throws KernelException EEXIST if the name is taken, EBUSY if the parent carries macvlans or is a bridge's port,
     *     EINVAL if the parent cannot carry one (the loopback device), EOPNOTSUPP if the kernel has no ipvlan
     */
    public Optional<Link> createIpvlan(IpvlanSpec spec) {
        NetlinkRequest request = NetlinkRequest.createIpvlan(spec);
        if (spec.netns().isPresent()) {
            execute(request);
            return Optional.empty();
        }
        return Optional.of(created(request, spec.name()));
    }

    /**
     * Makes a VLAN device, down, and answers it.
     *
     * @throws KernelException EEXIST if the name is taken or the parent has that VLAN, EOPNOTSUPP if the kernel has no VLANs
     */
    public Link createVlan(VlanSpec spec) {
        return created(NetlinkRequest.createVlan(spec), spec.name());
    }

    /**
     * Makes a dummy device, down, and answers it.
     *
     * @throws KernelException EEXIST if the name is taken, EOPNOTSUPP if the kernel has no dummy devices
     */
    public Link createDummy(String name) {
        return created(NetlinkRequest.createDummy(name), name);
    }

    public void change(LinkChange change) {
        execute(NetlinkRequest.change(change));
    }

    public void setUp(int index) {
        change(LinkChange.of(index).up());
    }

    public void setDown(int index) {
        change(LinkChange.of(index).down());
    }

    public void setMaster(int index, int bridgeIndex) {
        change(LinkChange.of(index).master(bridgeIndex));
    }

    public void clearMaster(int index) {
        change(LinkChange.of(index).noMaster());
    }

    /**
     * Gives the link another name.
     *
     * @throws KernelException EEXIST if the name is taken; EBUSY if the link is up and the kernel older than 6.2
     */
    public void rename(int index, String newName) {
        change(LinkChange.of(index).rename(newName));
    }

    public void setMac(int index, MacAddress mac) {
        change(LinkChange.of(index).mac(mac));
    }

    public void setMtu(int index, int bytes) {
        change(LinkChange.of(index).mtu(bytes));
    }

    public void setAlias(int index, String text) {
        change(LinkChange.of(index).alias(text));
    }

    public void setBridge(int index, BridgeSettings settings) {
        change(LinkChange.of(index).bridge(settings));
    }

    public void setPort(int index, BridgePort settings) {
        change(LinkChange.of(index).port(settings));
    }

    /**
     * Moves the link to another namespace, where it arrives down under the new name.
     *
     * @throws KernelException EEXIST if the name is taken there, in which case nothing is changed where the kernel found out
     *     in time: it may also leave the link in the new namespace under its old name
     */
    public void moveToNamespace(int index, Fd netns, String newName) {
        change(LinkChange.of(index).moveTo(netns, newName));
    }

    /**
     * Deletes a link, and with a veth its peer.
     *
     * @return whether there was such a link
     */
    public boolean deleteLink(int index) {
        return done(NetlinkRequest.deleteLink(index), Errno.ENODEV);
    }

    /**
     * Deletes a link, and with a veth its peer.
     *
     * @return whether there was such a link
     */
    public boolean deleteLink(String name) {
        return done(NetlinkRequest.deleteLink(name), Errno.ENODEV);
    }

    // ---- addresses

    public List<LinkAddress> addresses() {
        return socket.dump(AddressMessages.list(), AddressMessages::read);
    }

    public List<LinkAddress> addresses(int linkIndex) {
        return addresses().stream()
                .filter(address -> address.linkIndex() == linkIndex)
                .toList();
    }

    /**
     * Gives the link an address, with the broadcast address and scope that suit it.
     *
     * @throws KernelException EEXIST if the link has the address; EACCES if IPv6 is disabled on it
     */
    public void addAddress(int linkIndex, Cidr cidr, AddressFlag... flags) {
        addAddress(LinkAddress.of(linkIndex, cidr, flags));
    }

    /** As {@link #addAddress(int, Cidr, AddressFlag...)}, with every part said. */
    public void addAddress(LinkAddress address) {
        execute(NetlinkRequest.addAddress(address));
    }

    /**
     * Takes an address from the link.
     *
     * @return whether the link had the address
     */
    public boolean deleteAddress(int linkIndex, Cidr cidr) {
        return done(NetlinkRequest.deleteAddress(linkIndex, cidr), Errno.EADDRNOTAVAIL);
    }

    // ---- routes

    /** The main table's routes, IPv4 then IPv6. */
    public List<Route> routes() {
        return routes(Route.MAIN_TABLE);
    }

    public List<Route> routes(int table) {
        List<Route> routes = new ArrayList<>();
        routes.addAll(socket.dump(RouteMessages.list(false), RouteMessages::read));
        routes.addAll(socket.dump(RouteMessages.list(true), RouteMessages::read));
        return routes.stream()
                .filter(route -> route.table() == table)
                .distinct()
                .toList();
    }

    /** The way a packet to the address would take; empty if there is none. */
    public Optional<Route> routeTo(InetAddress destination) {
        try {
            return find(RouteMessages.query(destination), RouteMessages::read);
        } catch (KernelException e) {
            if (e.is(Errno.ENETUNREACH, Errno.EHOSTUNREACH)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Adds a route.
     *
     * @throws KernelException EEXIST if there is one; ENETUNREACH if the gateway is on no connected network
     */
    public void addRoute(Route route) {
        execute(NetlinkRequest.addRoute(route));
    }

    public void replaceRoute(Route route) {
        execute(NetlinkRequest.replaceRoute(route));
    }

    /**
     * Deletes the first route that agrees with every part given.
     *
     * @return whether there was such a route
     */
    public boolean deleteRoute(Route route) {
        return done(NetlinkRequest.deleteRoute(route), Errno.ESRCH);
    }

    // ---- neighbours

    public List<Neighbour> neighbours(int linkIndex) {
        return socket.dump(NeighbourMessages.listNeighbours(), NeighbourMessages::readNeighbour).stream()
                .filter(neighbour -> neighbour.linkIndex() == linkIndex)
                .toList();
    }

    public void putNeighbour(Neighbour neighbour) {
        execute(NetlinkRequest.putNeighbour(neighbour));
    }

    /**
     * Deletes a neighbour entry.
     *
     * @return whether there was such an entry
     */
    public boolean deleteNeighbour(Neighbour neighbour) {
        return done(NetlinkRequest.deleteNeighbour(neighbour), Errno.ENOENT);
    }

    /** Entries of every bridge and of every device with a table of its own. */
    public List<ForwardingEntry> forwarding() {
        return socket.dump(NeighbourMessages.listForwarding(), NeighbourMessages::readForwarding);
    }

    public void putForwarding(ForwardingEntry entry) {
        execute(NetlinkRequest.putForwarding(entry));
    }

    /**
     * Deletes a forwarding entry.
     *
     * @return whether there was such an entry
     */
    public boolean deleteForwarding(ForwardingEntry entry) {
        return done(NetlinkRequest.deleteForwarding(entry), Errno.ENOENT);
    }

    /** Closes the socket; does nothing the second time. */
    @Override
    public void close() {
        socket.close();
    }

    private Link created(NetlinkRequest creation, String name) {
        List<NetlinkRequest> both = List.of(creation, LinkMessages.query(name));
        return socket.execute(both, LinkMessages::read).get(0);
    }

    private <T> Optional<T> find(NetlinkRequest query, Function<NetlinkMessage, Optional<T>> reader) {
        try {
            return socket.execute(List.of(query), reader).stream().findFirst();
        } catch (KernelException e) {
            if (e.is(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean done(NetlinkRequest request, Errno absent) {
        try {
            execute(request);
            return true;
        } catch (KernelException e) {
            if (e.is(absent)) {
                return false;
            }
            throw e;
        }
    }
}
