package io.gantry.network.bridge;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.NetSysctl;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's settings that bridged networks need; see the kernel's {@code Documentation/networking/ip-sysctl.rst}. */
final class BridgeSysctls {
    private static final System.Logger LOG = System.getLogger(BridgeSysctls.class.getName());

    private BridgeSysctls() {}

    static boolean kernelHasIpv6() {
        return Files.isDirectory(Path.of("/proc/sys/net/ipv6"));
    }

    /** For a bridge that exists: what it takes in, and whether the host forwards at all. */
    static void ready(Path namespace, BridgeConfig config) {
        Namespaces.in(namespace, NamespaceKind.NETWORK, () -> {
            String ipv4 = "net/ipv4/conf/" + config.bridge() + "/";
            String ipv6 = "net/ipv6/conf/" + config.bridge() + "/";
            boolean hasIpv6 = config.pool(true).isPresent();
            if (kernelHasIpv6()) {
                NetSysctl.write(ipv6 + "disable_ipv6", hasIpv6 ? "0" : "1");
                NetSysctl.write(ipv6 + "accept_ra", "0");
                // Until the bridge's link-local address is through that, nothing is forwarded to containers.
                NetSysctl.write(ipv6 + "accept_dad", "0");
            }
            if (config.internal()) {
                return config;
            }
            if (config.pool(false).isPresent()) {
                // Lets the host reach published ports by 127.0.0.1; the firewall drops what comes in for loopback.
                NetSysctl.write(ipv4 + "route_localnet", "1");
                turnOn("net/ipv4/ip_forward", config);
            }
            if (hasIpv6) {
                turnOn("net/ipv6/conf/default/forwarding", config);
                turnOn("net/ipv6/conf/all/forwarding", config);
            }
            return config;
        });
    }

    /**
     * Whether the firewall's IP chains see every frame that the network's bridge forwards, too (br_netfilter). Where they do not, ports must be isolated from each other
     * by the bridge itself; where they do, they must not be, because a frame that is translated for a neighbour then stays on the bridge and is not routed.
     */
    static boolean filtersBridgedFrames(Path namespace, BridgeConfig config) {
        return Namespaces.in(
                namespace,
                NamespaceKind.NETWORK,
                () -> isOn("iptables") && (config.pool(true).isEmpty() || isOn("ip6tables")));
    }

    private static boolean isOn(String program) {
        String key = "net/bridge/bridge-nf-call-" + program;
        return Files.exists(Path.of("/proc/sys").resolve(key))
                && NetSysctl.read(key).equals("1");
    }

    private static void turnOn(String key, BridgeConfig config) {
        if (!NetSysctl.read(key).equals("1")) {
            NetSysctl.write(key, "1");
            LOG.log(System.Logger.Level.INFO, "{0} is turned on for network {1}", key, config.label());
        }
    }
}
