package io.gantry.network.bridge;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.AddressFlag;
import io.gantry.linux.netlink.BridgePort;
import io.gantry.linux.netlink.BridgeSpec;
import io.gantry.linux.netlink.Cidr;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkAddress;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.NetlinkRequest;
import io.gantry.linux.netlink.VethSpec;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** Bridges and veth pairs in the host's namespace, through sockets that stay open. What is made here bears our mark as alias. */
final class BridgeLinks implements AutoCloseable {
    private static final int NAME_DIGITS = 9;
    private static final Pattern VETH = Pattern.compile("veth[0-9a-f]{" + NAME_DIGITS + "}");

    private final Path namespace;
    private final String mark;
    private final Netlink netlink;
    private final VethReaper reaper;

    /**
     * @param mark what the aliases of all our links begin with
     */
    BridgeLinks(Path namespace, String mark) {
        this.namespace = namespace;
        this.mark = mark;
        this.netlink = Netlink.open(namespace);
        try {
            this.reaper = new VethReaper(Netlink.open(namespace), this::isOurs);
        } catch (KernelException e) {
            netlink.close();
            throw e;
        }
    }

    /** The host's end of an endpoint's pair. */
    static String hostEnd(String endpointId) {
        return "veth" + endpointId.substring(0, NAME_DIGITS);
    }

    /** The container's end, as it is called until it is moved. */
    static String containerEnd(String endpointId) {
        return hostEnd(endpointId) + "c";
    }

    /**
     * Makes the network's bridge, or takes a user's own, and readies it. Nothing is left of it after a failure.
     *
     * @return its index
     */
    int make(BridgeConfig config) {
        netlink.link(config.bridge()).filter(this::isOurs).ifPresent(leftover -> netlink.deleteLink(leftover.index()));
        return ready(config);
    }

    /** As {@link #make}, but goes on with a bridge of ours that is there. */
    int ready(BridgeConfig config) {
        Optional<Link> there = netlink.link(config.bridge());
        Link bridge = there.orElseGet(() -> create(config));
        try {
            if (!bridge.isKind("bridge")) {
                throw new FailedPreconditionException(new Problem(
                        "use interface " + config.bridge() + " for network " + config.label(),
                        "it exists and is no bridge",
                        "choose another name with -o " + BridgeOptions.NAME));
            }
            BridgeSysctls.ready(namespace, config);
            address(bridge, config);
            netlink.setUp(bridge.index());
            return bridge.index();
        } catch (RuntimeException e) {
            if (there.isEmpty()) {
                netlink.deleteLink(bridge.index());
            }
            throw e;
        }
    }

    /** Deletes a bridge of ours; a user's own is kept. */
    void removeBridge(BridgeConfig config) {
        netlink.link(config.bridge()).filter(this::isOurs).ifPresent(bridge -> netlink.deleteLink(bridge.index()));
    }

    /** Makes an endpoint's pair, its host's end up and a port of the bridge. */
    void makePair(BridgeConfig config, int bridge, String endpointId, MacAddress mac) {
        String host = hostEnd(endpointId);
        reaper.await(host);
        netlink.link(host).filter(this::isOurs).ifPresent(leftover -> netlink.deleteLink(leftover.index()));
        VethSpec.Peer peer = VethSpec.Peer.of(containerEnd(endpointId)).withMac(mac);
        VethSpec pair = VethSpec.of(host, peer).withMaster(bridge).withUp();
        if (config.mtu().isPresent()) {
            int mtu = config.mtu().getAsInt();
            pair = VethSpec.of(host, peer.withMtu(mtu))
                    .withMaster(bridge)
                    .withUp()
                    .withMtu(mtu);
        }
        LinkChange marked = LinkChange.of(host).alias(mark + " endpoint " + endpointId);
        try {
            // One system call, so that being killed in between cannot leave a pair without mark.
            netlink.execute(NetlinkRequest.createVeth(pair), NetlinkRequest.change(marked.port(portSettings(config))));
        } catch (KernelException e) {
            if (!e.is(Errno.EEXIST)) {
                reaper.delete(host);
            }
            throw e;
        }
    }

    boolean hasPair(String endpointId) {
        return netlink.link(hostEnd(endpointId)).filter(this::isOurs).isPresent();
    }

    /** Makes the pair's host's end a port of the bridge again, should the bridge have been made anew. */
    void rejoin(BridgeConfig config, int bridge, String endpointId) {
        Optional<Link> host = netlink.link(hostEnd(endpointId));
        if (host.isPresent() && !host.get().master().equals(OptionalInt.of(bridge))) {
            netlink.change(LinkChange.of(host.get().index()).master(bridge).up());
            netlink.setPort(host.get().index(), portSettings(config));
        }
    }

    /** Deletes an endpoint's pair, on another thread. */
    void removePair(String endpointId) {
        reaper.delete(hostEnd(endpointId));
    }

    /** Deletes all links of ours whose names are not among these. */
    List<String> removeOthers(Set<String> named) {
        List<Link> links = netlink.links();
        Set<Integer> ourBridges = new HashSet<>();
        links.stream()
                .filter(link -> link.isKind("bridge") && isOurs(link))
                .forEach(link -> ourBridges.add(link.index()));
        List<String> removed = new ArrayList<>();
        for (Link link : links) {
            boolean unmarked = link.isKind("veth")
                    && VETH.matcher(link.name()).matches()
                    && link.master().isPresent()
                    && ourBridges.contains(link.master().getAsInt());
            if ((isOurs(link) || unmarked) && !named.contains(link.name())) {
                netlink.deleteLink(link.index());
                removed.add(link.name());
            }
        }
        return removed;
    }

    @Override
    public void close() {
        reaper.close();
        netlink.close();
    }

    private Link create(BridgeConfig config) {
        BridgeSpec spec = BridgeSpec.of(config.bridge()).withMac(Macs.ofBridge(config.id()));
        LinkChange marked = LinkChange.of(config.bridge()).alias(mark + " network " + config.id());
        // One system call, so that being killed in between cannot leave a bridge without mark.
        netlink.execute(
                NetlinkRequest.createBridge(spec),
                NetlinkRequest.change(
                        config.mtu().isPresent() ? marked.mtu(config.mtu().getAsInt()) : marked));
        return netlink.link(config.bridge())
                .orElseThrow(() -> new KernelException("RTM_GETLINK", config.bridge(), Errno.ENODEV));
    }

    private void address(Link bridge, BridgeConfig config) {
        for (boolean ipv6 : new boolean[] {false, true}) {
            config.bridgeAddress(ipv6).ifPresent(gateway -> {
                Cidr cidr = new Cidr(gateway.address(), gateway.prefixLength());
                boolean there = netlink.addresses(bridge.index()).stream()
                        .map(LinkAddress::cidr)
                        .anyMatch(cidr::equals);
                if (!there) {
                    netlink.addAddress(
                            bridge.index(), cidr, ipv6 ? new AddressFlag[] {AddressFlag.NODAD} : new AddressFlag[0]);
                }
            });
        }
    }

    /**
     * With br_netfilter a container that reaches itself by a published port has its frame sent back out of the port it came in by; without it such a
     * packet is routed.
     */
    private BridgePort portSettings(BridgeConfig config) {
        boolean filtered = BridgeSysctls.filtersBridgedFrames(namespace, config);
        return BridgePort.unchanged().withHairpin(filtered).withIsolated(!config.interContainer() && !filtered);
    }

    private boolean isOurs(Link link) {
        return link.alias().filter(alias -> alias.startsWith(mark + " ")).isPresent();
    }
}
