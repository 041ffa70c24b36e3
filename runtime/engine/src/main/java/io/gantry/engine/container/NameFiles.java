package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EndpointState;
import io.gantry.engine.dns.Resolution;
import io.gantry.engine.dns.ResolvConf;
import io.gantry.engine.model.HostConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes what containers find names by, by Docker's rules: {@code hostname}, {@code hosts} and {@code resolv.conf}. */
final class NameFiles {
    private final Layout layout;
    private final ContainerNetworks networks;
    private final ContainerLinks links;

    NameFiles(Layout layout, ContainerNetworks networks, ContainerLinks links) {
        this.layout = layout;
        this.networks = networks;
        this.links = links;
    }

    /**
     * Writes all three.
     *
     * @param endpoints with their addresses, as far as they are known
     */
    void write(Container container, List<EndpointState> endpoints) {
        RootFiles files = files(container);
        HostConfig host = container.hostConfig();
        files.writeHostname(container.config().hostname());
        boolean own = networks.isOwn(container);
        files.writeHosts(
                !own && host.extraHosts().isEmpty()
                        ? RootFiles.hostsOfHost()
                        : HostsFile.text(host, extra(container), HostsFile.own(container.config(), endpoints)));
        files.writeResolvConf(
                own
                        ? resolvConf(host, endpoints)
                        : RootFiles.resolvConf(host, true).forHost());
    }

    private List<String> extra(Container container) {
        HostConfig host = container.hostConfig();
        boolean gateway = host.extraHosts().stream().anyMatch(one -> one.endsWith(HostsFile.HOST_GATEWAY));
        List<String> lines = new ArrayList<>(HostsFile.extra(host, gateway ? networks.hostGateways() : List.of()));
        lines.addAll(links.hosts(container));
        return lines;
    }

    private String resolvConf(HostConfig host, List<EndpointState> endpoints) {
        boolean names = networks.hasNames(endpoints);
        ResolvConf conf = RootFiles.resolvConf(host, names);
        return names ? conf.forNetworksWithNames() : conf.forNetworksWithoutNames(hasIpv6(endpoints));
    }

    private static boolean hasIpv6(List<EndpointState> endpoints) {
        return endpoints.stream()
                .anyMatch(endpoint -> !endpoint.globalIpv6Address().isEmpty());
    }

    /** A container has joined its networks and is about to start. */
    void started(Container container, List<EndpointState> endpoints) {
        write(container, endpoints);
        links.started(container, endpoints);
    }

    /** A running container has one more endpoint. */
    void joined(Container container, EndpointState joined, List<EndpointState> all) {
        RootFiles files = files(container);
        files.changeHosts(List.of(), HostsFile.own(container.config(), List.of(joined)));
        // The name server stays once it is there, so the file may only change towards it.
        if (networks.hasNames(all)) {
            files.rewriteResolvConf(resolvConf(container.hostConfig(), all));
        }
    }

    /** A running container has one endpoint less. */
    void left(Container container, EndpointState left) {
        files(container).changeHosts(HostsFile.own(container.config(), List.of(left)), List.of());
    }

    /** Whom a container's name server asks. */
    static Resolution resolution(HostConfig host) {
        ResolvConf conf = RootFiles.resolvConf(host, true);
        return new Resolution(conf.upstreams(), conf.ndotsSet());
    }

    /** What the host is called. */
    static String nameOfHost() {
        return RootFiles.read(Path.of("/proc/sys/kernel/hostname")).strip();
    }

    private RootFiles files(Container container) {
        return RootFiles.in(layout.directory(container.id()));
    }
}
