package io.gantry.engine.network;

import io.gantry.linux.Fd;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.netlink.AddressFlag;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.Route;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Attachment.MoveInterface;
import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Puts into a sandbox what a driver's {@link Attachment} says: moves the interface, names it, gives it addresses, brings it up, sets routes. */
final class InterfaceSetup {
    private final Netlink host;

    InterfaceSetup(Netlink host) {
        this.host = host;
    }

    /** Brings the loopback interface of a new sandbox up. */
    static void loopback(Path namespace) {
        try (Netlink sandbox = Netlink.open(namespace)) {
            sandbox.change(LinkChange.of("lo").up());
        }
    }

    /**
     * Realises an attachment.
     *
     * @return the interface's name in the sandbox; empty if there is none
     */
    Optional<String> apply(
            Path namespace, Attachment attachment, Optional<Cidr> ipv4, Optional<Cidr> ipv6, boolean defaultRoute) {
        if (attachment instanceof MoveInterface move) {
            return Optional.of(move(namespace, move, ipv4, ipv6, defaultRoute));
        }
        if (attachment instanceof Attachment.InPlace inPlace) {
            try (Netlink sandbox = Netlink.open(namespace)) {
                inPlace.interfaces().stream()
                        .findFirst()
                        .ifPresent(name -> routes(sandbox, indexOf(sandbox, name), inPlace.layer3(), defaultRoute));
            }
            return inPlace.interfaces().stream().findFirst();
        }
        return Optional.empty();
    }

    private String move(
            Path namespace, MoveInterface move, Optional<Cidr> ipv4, Optional<Cidr> ipv6, boolean defaultRoute) {
        try (Netlink sandbox = Netlink.open(namespace);
                Fd target = Fd.open(namespace, OpenFlags.O_RDONLY)) {
            String name = move.name().orElseGet(() -> firstFree(sandbox, move.prefix()));
            int hostIndex = indexOf(host, move.source());
            host.moveToNamespace(hostIndex, target, name);
            int index = indexOf(sandbox, name);
            sysctls(namespace, name, move.layer3(), ipv6.isPresent());
            ipv4.ifPresent(cidr -> sandbox.addAddress(index, toLinux(cidr)));
            ipv6.ifPresent(cidr -> sandbox.addAddress(index, toLinux(cidr), AddressFlag.NODAD));
            sandbox.setUp(index);
            routes(sandbox, index, move.layer3(), defaultRoute);
            return name;
        }
    }

    private static void routes(Netlink sandbox, int index, Attachment.Layer3 layer3, boolean defaultRoute) {
        if (defaultRoute) {
            layer3.gateway4().ifPresent(gateway -> sandbox.replaceRoute(Route.defaultVia(gateway, index)));
            layer3.gateway6().ifPresent(gateway -> sandbox.replaceRoute(Route.defaultVia(gateway, index)));
        }
        layer3.routes().stream()
                .filter(route -> defaultRoute || route.destination().prefixLength() > 0)
                .forEach(route -> sandbox.replaceRoute(route.gateway()
                        .map(gateway -> Route.via(toLinux(route.destination()), gateway, index))
                        .orElseGet(() -> Route.connected(toLinux(route.destination()), index))));
    }

    /**
     * Gives a sandbox a default route.
     *
     * @param address the sandbox's own, on the interface that leads to the gateway
     */
    static void defaultRoute(Path namespace, InetAddress address, InetAddress gateway) {
        try (Netlink sandbox = Netlink.open(namespace)) {
            sandbox.addresses().stream()
                    .filter(one -> one.cidr().address().equals(address))
                    .findFirst()
                    .ifPresent(one -> sandbox.replaceRoute(Route.defaultVia(gateway, one.linkIndex())));
        }
    }

    private static void sysctls(Path namespace, String name, Attachment.Layer3 layer3, boolean ipv6) {
        Map<String, String> values = new LinkedHashMap<>();
        layer3.sysctls().forEach((key, value) -> values.put(key.replace("IFNAME", name), value));
        values.putIfAbsent("net.ipv6.conf." + name + ".disable_ipv6", ipv6 ? "0" : "1");
        NetSysctl.write(namespace, values);
    }

    private static String firstFree(Netlink sandbox, String prefix) {
        for (int number = 0; ; number++) {
            if (sandbox.link(prefix + number).isEmpty()) {
                return prefix + number;
            }
        }
    }

    private static int indexOf(Netlink netlink, String name) {
        return netlink.link(name)
                .map(Link::index)
                .orElseThrow(() -> new IoFailureException(
                        Problem.of("find the interface " + name, "its driver said it is there, and it is not")));
    }

    private static io.gantry.linux.netlink.Cidr toLinux(Cidr cidr) {
        return new io.gantry.linux.netlink.Cidr(cidr.address(), cidr.prefixLength());
    }
}
