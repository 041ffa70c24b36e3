package io.gantry.engine.container;

import io.gantry.engine.EndpointState;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of a container that the engine writes and binds into it: {@code hostname}, {@code hosts} and {@code resolv.conf}, in Docker's form.
 *
 * @param hostname its path on the host
 * @param hosts its path on the host
 * @param resolvConf its path on the host
 */
record RootFiles(Path hostname, Path hosts, Path resolvConf) {
    private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");

    static RootFiles in(Path directory) {
        return new RootFiles(
                directory.resolve("hostname"), directory.resolve("hosts"), directory.resolve("resolv.conf"));
    }

    /** Writes all three. */
    void write(ContainerConfig config, HostConfig host, List<EndpointState> endpoints, boolean ownNamespace) {
        writeFile(hostname, config.hostname() + "\n");
        writeFile(hosts, ownNamespace ? hostsText(config, host, endpoints) : hostsOfHost(host));
        writeFile(resolvConf, resolvText(host));
    }

    /** Writes the hosts file again after an endpoint came or went. The file stays the same one, since it is bound into the container. */
    void writeHosts(ContainerConfig config, HostConfig host, List<EndpointState> endpoints) {
        writeFile(hosts, hostsText(config, host, endpoints));
    }

    private static String hostsText(ContainerConfig config, HostConfig host, List<EndpointState> endpoints) {
        StringBuilder text = new StringBuilder("""
                127.0.0.1\tlocalhost
                ::1\tlocalhost ip6-localhost ip6-loopback
                fe00::\tip6-localnet
                ff00::\tip6-mcastprefix
                ff02::1\tip6-allnodes
                ff02::2\tip6-allrouters
                """);
        appendExtra(text, host);
        String names = config.domainname().isEmpty()
                ? config.hostname()
                : config.hostname() + "." + config.domainname() + " " + config.hostname();
        for (EndpointState endpoint : endpoints) {
            for (String address : List.of(endpoint.ipAddress(), endpoint.globalIpv6Address())) {
                if (!address.isEmpty()) {
                    text.append(address).append('\t').append(names).append('\n');
                }
            }
        }
        return text.toString();
    }

    private static String hostsOfHost(HostConfig host) {
        StringBuilder text = new StringBuilder(read(Path.of("/etc/hosts")));
        appendExtra(text, host);
        return text.toString();
    }

    private static void appendExtra(StringBuilder text, HostConfig host) {
        for (String extra : host.extraHosts()) {
            int colon = extra.indexOf(extra.indexOf('=') > 0 ? '=' : ':');
            if (colon > 0) {
                text.append(extra.substring(colon + 1))
                        .append('\t')
                        .append(extra, 0, colon)
                        .append('\n');
            }
        }
    }

    private static String resolvText(HostConfig host) {
        List<String> lines = new ArrayList<>();
        List<String> ofHost =
                Files.exists(HOST_RESOLV_CONF) ? read(HOST_RESOLV_CONF).lines().toList() : List.of();
        for (String line : ofHost) {
            boolean replaced = (line.startsWith("nameserver") && !host.dns().isEmpty())
                    || (line.startsWith("search") && !host.dnsSearch().isEmpty())
                    || (line.startsWith("options") && !host.dnsOptions().isEmpty());
            if (!replaced && !line.isBlank() && !line.startsWith("#") && !line.startsWith(";")) {
                lines.add(line);
            }
        }
        host.dns().forEach(server -> lines.add("nameserver " + server));
        if (!host.dnsSearch().isEmpty() && !host.dnsSearch().contains(".")) {
            lines.add("search " + String.join(" ", host.dnsSearch()));
        }
        if (!host.dnsOptions().isEmpty()) {
            lines.add("options " + String.join(" ", host.dnsOptions()));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.SYSTEM, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void writeFile(Path file, String text) {
        try {
            Files.writeString(
                    file,
                    text,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.SYSTEM, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
