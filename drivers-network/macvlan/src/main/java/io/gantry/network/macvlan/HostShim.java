package io.gantry.network.macvlan;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.AddressFlag;
import io.gantry.linux.netlink.Cidr;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.MacvlanMode;
import io.gantry.linux.netlink.MacvlanSpec;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.NetlinkRequest;
import io.gantry.linux.netlink.Route;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A macvlan of the host's own on a network's parent. The kernel lets a parent and the macvlans on it not talk to each other, but macvlans to each other; so the host reaches
 * containers by this one. It has a route to each container, and none to the subnet, so that the host reaches all other machines of the subnet as before.
 */
final class HostShim {
    private static final String ROLE = " host on ";

    private final Path namespace;
    private final Netlink netlink;
    private final String mark;

    /**
     * @param namespace the host's, of the socket
     * @param mark what the aliases of all our links begin with
     */
    HostShim(Path namespace, Netlink netlink, String mark) {
        this.namespace = namespace;
        this.netlink = netlink;
        this.mark = mark;
    }

    /** Makes the interface if the network wants one and it is not there. Nothing is left of it after a failure. */
    void ready(MacvlanConfig config, int parent) {
        if (config.hostAddresses().isEmpty() || find(config).isPresent()) {
            return;
        }
        if (netlink.link(config.shim()).isPresent()) {
            throw new KernelException("RTM_NEWLINK", config.shim(), Errno.EEXIST, "a link of another's has that name");
        }
        try {
            netlink.execute(
                    NetlinkRequest.createMacvlan(MacvlanSpec.of(config.shim(), parent, MacvlanMode.BRIDGE)),
                    NetlinkRequest.change(LinkChange.of(config.shim())
                            .alias(mark + ROLE + config.spec().id())));
            int index = netlink.link(config.shim())
                    .orElseThrow(() -> new KernelException("RTM_GETLINK", config.shim(), Errno.ENODEV))
                    .index();
            quieten(config);
            for (InetAddress address : config.hostAddresses()) {
                netlink.addAddress(index, host(address), flags(address));
            }
            netlink.setUp(index);
        } catch (RuntimeException e) {
            remove(config);
            throw e;
        }
    }

    /** Deletes the interface, and with it its routes. */
    void remove(MacvlanConfig config) {
        find(config).ifPresent(link -> netlink.deleteLink(link.index()));
    }

    /** Leads the host to a container. */
    void route(MacvlanConfig config, List<InetAddress> container) {
        find(config).ifPresent(link -> {
            for (InetAddress address : container) {
                config.hostAddresses().stream()
                        .filter(own -> own.getClass() == address.getClass())
                        .forEach(own -> netlink.replaceRoute(
                                Route.connected(host(address), link.index()).withSource(own)));
            }
        });
    }

    /** Undoes {@link #route}. */
    void unroute(MacvlanConfig config, List<InetAddress> container) {
        find(config)
                .ifPresent(link -> container.forEach(address -> {
                    if (config.hostAddresses().stream().anyMatch(own -> own.getClass() == address.getClass())) {
                        netlink.deleteRoute(Route.connected(host(address), link.index()));
                    }
                }));
    }

    /** Deletes the interfaces of all networks but these. */
    void removeOthers(Set<String> networkIds) {
        for (Link link : netlink.links()) {
            Optional<String> network = link.alias()
                    .filter(alias -> alias.startsWith(mark + ROLE))
                    .map(alias -> alias.substring((mark + ROLE).length()));
            if (network.isPresent() && !networkIds.contains(network.get())) {
                netlink.deleteLink(link.index());
            }
        }
    }

    private Optional<Link> find(MacvlanConfig config) {
        return netlink.link(config.shim())
                .filter(link -> link.alias()
                        .filter((mark + ROLE + config.spec().id())::equals)
                        .isPresent());
    }

    /** Keeps the host from giving itself addresses and routes by what routers advertise there. */
    private void quieten(MacvlanConfig config) {
        String ipv6 = "net/ipv6/conf/" + config.shim() + "/";
        if (Files.isDirectory(Path.of("/proc/sys/net/ipv6"))) {
            boolean has = config.hostAddresses().stream().anyMatch(Inet6Address.class::isInstance);
            NetSysctl.write(namespace, ipv6 + "disable_ipv6", has ? "0" : "1");
            NetSysctl.write(namespace, ipv6 + "accept_ra", "0");
        }
    }

    private static Cidr host(InetAddress address) {
        return new Cidr(address, address.getAddress().length * 8);
    }

    private static AddressFlag[] flags(InetAddress address) {
        return address instanceof Inet6Address ? new AddressFlag[] {AddressFlag.NODAD} : new AddressFlag[0];
    }
}
