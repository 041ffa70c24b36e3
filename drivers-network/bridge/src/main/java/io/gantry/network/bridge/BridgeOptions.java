package io.gantry.network.bridge;

import io.gantry.spi.OptionSpec;
import io.gantry.spi.OptionSpec.Scope;
import java.util.List;

/** The option keys, all of them Docker's. */
final class BridgeOptions {
    static final String NAME = "com.docker.network.bridge.name";
    static final String ICC = "com.docker.network.bridge.enable_icc";
    static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
    static final String HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4";
    static final String DEFAULT_BRIDGE = "com.docker.network.bridge.default_bridge";
    static final String INHIBIT_IPV4 = "com.docker.network.bridge.inhibit_ipv4";
    static final String MODE_IPV4 = "com.docker.network.bridge.gateway_mode_ipv4";
    static final String MODE_IPV6 = "com.docker.network.bridge.gateway_mode_ipv6";
    static final String MTU = "com.docker.network.driver.mtu";
    static final String PREFIX = "com.docker.network.container_iface_prefix";
    static final String SOURCE_IPV4 = "com.docker.network.host_ipv4";
    static final String SOURCE_IPV6 = "com.docker.network.host_ipv6";
    static final String ENDPOINT_SYSCTLS = "com.docker.network.endpoint.sysctls";
    static final String ENDPOINT_IFNAME = "com.docker.network.endpoint.ifname";

    static final List<OptionSpec> ALL = List.of(
            OptionSpec.of(
                    NAME,
                    OptionSpec.Type.STRING,
                    Scope.OBJECT,
                    "the bridge's interface name; one that exists is used and kept"),
            OptionSpec.of(
                    ICC,
                    OptionSpec.Type.BOOLEAN,
                    Scope.OBJECT,
                    "true",
                    "containers on the network may talk to each other"),
            OptionSpec.of(
                    MASQUERADE,
                    OptionSpec.Type.BOOLEAN,
                    Scope.OBJECT,
                    "true",
                    "what leaves the network gets the host's address"),
            OptionSpec.of(
                    HOST_BINDING,
                    OptionSpec.Type.ADDRESS,
                    Scope.OBJECT,
                    "where ports are published that name no host address"),
            OptionSpec.of(
                    DEFAULT_BRIDGE,
                    OptionSpec.Type.BOOLEAN,
                    Scope.OBJECT,
                    "false",
                    "the network that containers get who name none"),
            OptionSpec.of(
                    INHIBIT_IPV4, OptionSpec.Type.BOOLEAN, Scope.OBJECT, "false", "the bridge gets no IPv4 address"),
            OptionSpec.of(
                    MODE_IPV4, OptionSpec.Type.STRING, Scope.OBJECT, "nat", "nat, nat-unprotected, routed or isolated"),
            OptionSpec.of(
                    MODE_IPV6, OptionSpec.Type.STRING, Scope.OBJECT, "nat", "nat, nat-unprotected, routed or isolated"),
            OptionSpec.of(
                    MTU,
                    OptionSpec.Type.INTEGER,
                    Scope.OBJECT,
                    "bytes of the largest packet; 0 for the kernel's default"),
            OptionSpec.of(
                    PREFIX,
                    OptionSpec.Type.STRING,
                    Scope.OBJECT,
                    "eth",
                    "what interface names in containers begin with"),
            OptionSpec.of(
                    SOURCE_IPV4,
                    OptionSpec.Type.ADDRESS,
                    Scope.OBJECT,
                    "the IPv4 address that what leaves the network gets"),
            OptionSpec.of(
                    SOURCE_IPV6,
                    OptionSpec.Type.ADDRESS,
                    Scope.OBJECT,
                    "the IPv6 address that what leaves the network gets"),
            OptionSpec.of(
                    ENDPOINT_SYSCTLS,
                    OptionSpec.Type.STRING,
                    Scope.ENDPOINT,
                    "settings of the interface, separated by commas, as net.ipv4.conf.IFNAME.log_martians=1"),
            OptionSpec.of(
                    ENDPOINT_IFNAME, OptionSpec.Type.STRING, Scope.ENDPOINT, "the interface's name in the container"));

    private BridgeOptions() {}
}
