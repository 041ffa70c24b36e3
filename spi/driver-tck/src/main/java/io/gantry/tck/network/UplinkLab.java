package io.gantry.tck.network;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.netlink.AddressFlag;
import io.gantry.linux.netlink.BridgePort;
import io.gantry.linux.netlink.BridgeSpec;
import io.gantry.linux.netlink.Cidr;
import io.gantry.linux.netlink.IpvlanFlag;
import io.gantry.linux.netlink.IpvlanMode;
import io.gantry.linux.netlink.IpvlanSpec;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethSpec;
import io.gantry.linux.netlink.VlanSpec;
import io.gantry.spi.network.Attachment.MoveInterface;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A host whose interface {@code up0} leads to a switch, and another machine, {@code eth0}, on that switch. All are network namespaces that exist only as descriptors of
 * this process, so that nothing outlives it; the machine's own namespace is never touched.
 */
public final class UplinkLab implements AutoCloseable {
    /** The host's interface on the switch. It is up and has no address. */
    public static final String UPLINK = "up0";

    /** The interface of the other machine. It is up and has no address. */
    public static final String REMOTE_INTERFACE = "eth0";

    private static final System.Logger LOG = System.getLogger(UplinkLab.class.getName());
    private static final int MILLIS = 1500; // leaves room for one retransmission

    private final Deque<Closeable> open = new ArrayDeque<>();
    private final Fd host;
    private final Fd remote;
    private final Fd wiring;

    /** Makes the namespaces. */
    public UplinkLab() {
        host = namespace();
        remote = namespace();
        wiring = namespace();
        try (Netlink wires = Netlink.open(wiring)) {
            Link hub = wires.createBridge(BridgeSpec.of("switch").withUp());
            plug(wires, hub, "host", VethSpec.Peer.of(UPLINK).in(host));
            plug(wires, hub, "remote", VethSpec.Peer.of(REMOTE_INTERFACE).in(remote));
        }
        setUp(host, UPLINK);
        setUp(remote, REMOTE_INTERFACE);
    }

    /** Skips a test where the kernel makes no VLANs or dummy links. */
    public static void assumeVlans() {
        assumeLinks("802.1q VLANs and dummy links", (netlink, parent) -> {
            netlink.createVlan(new VlanSpec("v2", parent.index(), 2));
            netlink.createDummy("d0");
        });
    }

    /** Skips a test where the kernel makes no ipvlan links. */
    public static void assumeIpvlan() {
        assumeLinks(
                "ipvlan links",
                (netlink, parent) ->
                        netlink.createIpvlan(IpvlanSpec.of("iv0", parent.index(), IpvlanMode.L2, IpvlanFlag.BRIDGE)));
    }

    private static void assumeLinks(String what, BiConsumer<Netlink, Link> trial) {
        boolean made = Namespaces.inNew(Set.of(NamespaceKind.NETWORK), () -> {
            try (Netlink netlink = Netlink.open()) {
                trial.accept(netlink, netlink.createVeth(VethSpec.of("v0", VethSpec.Peer.of("v1"))));
                return true;
            } catch (KernelException e) {
                if (e.is(Errno.EOPNOTSUPP)) {
                    return false;
                }
                throw e;
            }
        });
        assumeThat(made)
                .as("this kernel makes " + what + "; bin/support/lab-kit --in uml has one that does")
                .isTrue();
    }

    /** The host's namespace. */
    public Fd host() {
        return host;
    }

    /** The other machine's namespace. */
    public Fd remote() {
        return remote;
    }

    /** A further namespace, with its loopback device up. */
    public Fd namespace() {
        Fd fd = Namespaces.inNew(
                Set.of(NamespaceKind.NETWORK), () -> Fd.open(Path.of("/proc/thread-self/ns/net"), OpenFlags.O_RDONLY));
        open.push(fd::close);
        setUp(fd, "lo");
        return fd;
    }

    /** Whether the switch sends a frame back out of the host's port, as one for vepa does. */
    public void reflect(boolean on) {
        try (Netlink wires = Netlink.open(wiring)) {
            wires.setPort(
                    wires.link("host").orElseThrow().index(),
                    BridgePort.unchanged().withHairpin(on));
        }
    }

    /** Sets up an interface. */
    public void setUp(Fd namespace, String link) {
        try (Netlink netlink = Netlink.open(namespace)) {
            netlink.change(LinkChange.of(link).up());
        }
    }

    /** Gives an interface an address, as {@code 192.0.2.1/24}. */
    public void address(Fd namespace, String link, String cidr) {
        try (Netlink netlink = Netlink.open(namespace)) {
            add(netlink, netlink.link(link).orElseThrow().index(), Cidr.parse(cidr));
        }
    }

    /** Adds a route by a gateway. */
    public void route(Fd namespace, String destination, String gateway) {
        try (Netlink netlink = Netlink.open(namespace)) {
            InetAddress hop = io.gantry.spi.network.Cidr.parseAddress(gateway);
            int link = netlink.routeTo(hop).orElseThrow().linkIndex().orElseThrow();
            netlink.addRoute(Route.via(Cidr.parse(destination), hop, link));
        }
    }

    /** The names of all interfaces, sorted. */
    public List<String> links(Fd namespace) {
        try (Netlink netlink = Netlink.open(namespace)) {
            return netlink.links().stream().map(Link::name).sorted().toList();
        }
    }

    /** The routes of the main table but the kernel's own for addresses and multicast, as text, with interface numbers. */
    public List<String> routes(Fd namespace) {
        try (Netlink netlink = Netlink.open(namespace)) {
            return netlink.routes().stream()
                    .filter(route -> !route.isIpv6()
                            || !route.destination().address().isLinkLocalAddress()
                                    && !route.destination().address().isMulticastAddress())
                    .map(Route::toString)
                    .toList();
        }
    }

    /**
     * Does what the engine does with an attachment.
     *
     * @param addresses of the endpoint, with lengths
     * @return the interface's name in the sandbox
     */
    public String enter(Fd sandbox, MoveInterface move, List<String> addresses) {
        try (Netlink outside = Netlink.open(host);
                Netlink inside = Netlink.open(sandbox)) {
            String name = move.name().orElse(move.prefix() + "0");
            outside.moveToNamespace(outside.link(move.source()).orElseThrow().index(), sandbox, name);
            move.layer3()
                    .sysctls()
                    .forEach((key, value) -> NetSysctl.write(sandbox.path(), key.replace("IFNAME", name), value));
            int index = inside.link(name).orElseThrow().index();
            addresses.forEach(cidr -> add(inside, index, Cidr.parse(cidr)));
            inside.setUp(index);
            move.layer3().gateway4().ifPresent(gateway -> inside.addRoute(Route.defaultVia(gateway, index)));
            move.layer3().gateway6().ifPresent(gateway -> inside.addRoute(Route.defaultVia(gateway, index)));
            move.layer3()
                    .routes()
                    .forEach(route -> inside.addRoute(route.gateway()
                            .map(gateway -> Route.via(kernel(route.destination()), gateway, index))
                            .orElseGet(() -> Route.connected(kernel(route.destination()), index))));
            return name;
        }
    }

    /** Answers each TCP connection to the port with the client's address, on both families. */
    public void serve(Fd namespace, int port) throws IOException {
        ServerSocket server = Namespaces.in(namespace, NamespaceKind.NETWORK, () -> {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return socket;
        });
        open.push(server);
        Thread thread = new Thread(() -> answer(server), "lab-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** What a server says to a client in the namespace; empty if it cannot be reached. */
    public Optional<String> ask(Fd namespace, String address, int port) {
        return Namespaces.in(namespace, NamespaceKind.NETWORK, () -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getByName(address), port), MILLIS);
                socket.setSoTimeout(MILLIS);
                return Optional.of(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void close() {
        List<IOException> failures = new ArrayList<>();
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            throw new UncheckedIOException(failures.get(0));
        }
    }

    private static void plug(Netlink wires, Link hub, String port, VethSpec.Peer peer) {
        wires.createVeth(VethSpec.of(port, peer).withMaster(hub.index()).withUp());
    }

    private static void answer(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                String address = client.getInetAddress().getHostAddress().replaceFirst("%.*", "");
                client.getOutputStream().write(address.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // The client left, or the lab was closed.
                LOG.log(System.Logger.Level.DEBUG, "a client was not answered", e);
            }
        }
    }

    private static void add(Netlink netlink, int index, Cidr cidr) {
        if (cidr.isIpv6()) {
            netlink.addAddress(index, cidr, AddressFlag.NODAD);
        } else {
            netlink.addAddress(index, cidr);
        }
    }

    private static Cidr kernel(io.gantry.spi.network.Cidr cidr) {
        return new Cidr(cidr.address(), cidr.prefixLength());
    }
}
