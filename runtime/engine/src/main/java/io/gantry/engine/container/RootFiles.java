package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.engine.dns.ResolvConf;
import io.gantry.engine.model.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The files of a container that the engine writes and binds into it: {@code hostname}, {@code hosts} and {@code resolv.conf}, in Docker's form. They
 * stay the same files, since they are bound into the container.
 *
 * @param hostname its path on the host
 * @param hosts its path on the host
 * @param resolvConf its path on the host
 */
record RootFiles(Path hostname, Path hosts, Path resolvConf) {
    private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Path HOST_HOSTS = Path.of("/etc/hosts");

    /** Where systemd's resolver lists whom it asks itself. */
    private static final Path SYSTEMD = Path.of("/run/systemd/resolve/resolv.conf");

    static RootFiles in(Path directory) {
        return new RootFiles(
                directory.resolve("hostname"), directory.resolve("hosts"), directory.resolve("resolv.conf"));
    }

    /** Writes the host's name. */
    void writeHostname(String name) {
        writeFile(hostname, name + "\n");
    }

    /** Writes the hosts file. */
    void writeHosts(String text) {
        writeFile(hosts, text);
    }

    /** The hosts of the host itself; none if it has no such file. */
    static String hostsOfHost() {
        return Files.exists(HOST_HOSTS) ? read(HOST_HOSTS) : "";
    }

    /** Changes lines of the hosts file and leaves all others, which may be the container's own. */
    void changeHosts(List<String> gone, List<String> come) {
        if (!(gone.isEmpty() && come.isEmpty())) {
            editHosts(text -> HostsFile.changed(text, gone, come));
        }
    }

    /** Changes the hosts file if it is there. */
    void editHosts(UnaryOperator<String> change) {
        if (Files.exists(hosts)) {
            writeFile(hosts, change.apply(read(hosts)));
        }
    }

    /** Writes {@code resolv.conf}, and keeps what it wrote to tell whether the container changes it. */
    void writeResolvConf(String text) {
        writeFile(resolvConf, text);
        writeFile(written(), text);
    }

    /** Writes it again unless the container has changed it. */
    void rewriteResolvConf(String text) {
        if (!Files.exists(written()) || read(written()).equals(read(resolvConf))) {
            writeResolvConf(text);
        }
    }

    private Path written() {
        return resolvConf.resolveSibling("resolv.conf.written");
    }

    /**
     * What is known of name servers.
     *
     * @param local whether servers on the host's loopback can be used
     */
    static ResolvConf resolvConf(HostConfig host, boolean local) {
        ResolvConf conf = parse(HOST_RESOLV_CONF);
        if (!local && conf.servers().equals(List.of("127.0.0.53")) && Files.exists(SYSTEMD)) {
            conf = parse(SYSTEMD);
        }
        return conf.with(host.dns(), host.dnsSearch(), host.dnsOptions());
    }

    private static ResolvConf parse(Path file) {
        return ResolvConf.parse(file.toString(), Files.exists(file) ? read(file) : "");
    }

    static String read(Path file) {
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
