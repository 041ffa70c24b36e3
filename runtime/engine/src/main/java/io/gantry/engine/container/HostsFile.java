package io.gantry.engine.container;

import io.gantry.engine.EndpointState;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import java.util.ArrayList;
import java.util.List;

/** The text of a container's {@code /etc/hosts}, in Docker's form. */
final class HostsFile {
    /** Stands for the addresses by which the host is reached. */
    static final String HOST_GATEWAY = "host-gateway";

    private static final String IPV4 = "127.0.0.1\tlocalhost\n";
    private static final String IPV6 = """
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """;
    private static final List<String> NO_IPV6 =
            List.of("net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.lo.disable_ipv6");

    private HostsFile() {}

    /**
     * The whole file.
     *
     * @param extra lines before those of the container's own addresses
     */
    static String text(HostConfig host, List<String> extra, List<String> own) {
        StringBuilder text = new StringBuilder(IPV4);
        if (hasIpv6(host)) {
            text.append(IPV6);
        }
        extra.forEach(line -> text.append(line).append('\n'));
        own.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static boolean hasIpv6(HostConfig host) {
        return NO_IPV6.stream()
                .noneMatch(sysctl -> host.sysctls().getOrDefault(sysctl, "0").equals("1"));
    }

    /** Lines for a container's own name, with and without its domain. */
    static List<String> own(ContainerConfig config, List<EndpointState> endpoints) {
        String whole =
                config.domainname().isEmpty() ? config.hostname() : config.hostname() + "." + config.domainname();
        int dot = whole.indexOf('.');
        String names = dot < 0 ? whole : whole + " " + whole.substring(0, dot);
        List<String> lines = new ArrayList<>();
        for (EndpointState endpoint : endpoints) {
            for (String address : List.of(endpoint.ipAddress(), endpoint.globalIpv6Address())) {
                if (!address.isEmpty()) {
                    lines.add(address + "\t" + names);
                }
            }
        }
        return lines;
    }

    /**
     * Lines for the hosts that the user gave, as {@code name:address}.
     *
     * @param gateways what {@link #HOST_GATEWAY} stands for
     */
    static List<String> extra(HostConfig host, List<String> gateways) {
        List<String> lines = new ArrayList<>();
        for (String extra : host.extraHosts()) {
            int split = separator(extra);
            String name = extra.substring(0, split);
            String address = extra.substring(split + 1);
            (address.equals(HOST_GATEWAY) ? gateways : List.of(address)).forEach(one -> lines.add(one + "\t" + name));
        }
        return lines;
    }

    /** Where the address begins; negative if there is none. */
    static int separator(String extra) {
        return extra.indexOf(extra.indexOf('=') > 0 ? '=' : ':');
    }

    /** A file's text with a change of lines: those that go are looked for whole. */
    static String changed(String text, List<String> gone, List<String> come) {
        StringBuilder changed = new StringBuilder();
        List<String> left = new ArrayList<>(gone);
        text.lines()
                .filter(line -> !left.remove(line))
                .forEach(line -> changed.append(line).append('\n'));
        come.forEach(line -> changed.append(line).append('\n'));
        return changed.toString();
    }
}
