package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.MountPoint;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.oci.OciRequest;
import io.gantry.engine.oci.OciRequest.ConsoleSize;
import io.gantry.engine.oci.OciRequest.Mount;
import io.gantry.engine.oci.OciRequest.Namespace;
import io.gantry.engine.oci.OciRequest.ProcessRequest;
import io.gantry.engine.oci.OciRequest.Shm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Works out what the OCI runtime is told of a container. */
final class OciPlanner {
    private static final String DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final long DEFAULT_SHM = 64L << 20;
    private static final String CONTAINER = "container:";

    private final Layout layout;
    private final Function<String, Container> containers;
    private final ContainerLinks links;

    OciPlanner(Layout layout, Function<String, Container> containers, ContainerLinks links) {
        this.layout = layout;
        this.containers = containers;
        this.links = links;
    }

    /**
     * The request for a container.
     *
     * @param network its network namespace
     * @param volumePaths where the content of its volumes is, by destination
     */
    OciRequest plan(Container container, Namespace network, Map<String, Path> volumePaths) {
        HostConfig host = container.hostConfig();
        return new OciRequest(
                container.id(),
                layout.rootfs(container.id()),
                host.readonlyRootfs(),
                process(container),
                named(container).hostname(),
                named(container).domainname(),
                mounts(container, volumePaths),
                shm(container),
                namespaces(host, network),
                SecurityOptions.of(host),
                resources(host),
                host.cgroupParent().isEmpty()
                        ? ""
                        : Path.of("/").resolve(host.cgroupParent()).normalize().toString(),
                sysctls(host, network),
                host.init().orElse(false),
                host.annotations());
    }

    /** The first process. */
    ProcessRequest process(Container container) {
        ContainerConfig config = container.config();
        HostConfig host = container.hostConfig();
        List<String> command = new ArrayList<>(List.of(container.path()));
        command.addAll(container.args());
        Optional<ConsoleSize> size =
                host.consoleSize().size() == 2 && host.consoleSize().get(0) > 0
                        ? Optional.of(new ConsoleSize(
                                host.consoleSize().get(0), host.consoleSize().get(1)))
                        : Optional.empty();
        return new ProcessRequest(
                command,
                environment(container),
                config.workingDir(),
                config.user(),
                host.groupAdd(),
                config.tty(),
                size,
                host.ulimits(),
                host.oomScoreAdj());
    }

    /** What every process of a container finds in its environment, in Docker's order. */
    List<String> environment(Container container) {
        ContainerConfig config = container.config();
        Map<String, String> byName = new LinkedHashMap<>();
        byName.put("PATH", DEFAULT_PATH);
        byName.put("HOSTNAME", "HOSTNAME=" + named(container).hostname());
        if (config.tty()) {
            byName.put("TERM", "TERM=xterm");
        }
        links.environment(container).forEach(pair -> byName.put(pair.substring(0, nameEnd(pair)), pair));
        config.env().forEach(pair -> byName.put(pair.substring(0, nameEnd(pair)), pair));
        return List.copyOf(byName.values());
    }

    /** Containers that share a network namespace share its name. */
    private ContainerConfig named(Container container) {
        String mode = container.hostConfig().networkMode();
        return mode.startsWith(CONTAINER)
                ? containers.apply(mode.substring(CONTAINER.length())).config()
                : container.config();
    }

    private static int nameEnd(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0 ? pair.length() : equals;
    }

    private List<Mount> mounts(Container container, Map<String, Path> volumePaths) {
        List<Mount> mounts = new ArrayList<>();
        List<String> taken =
                container.mounts().stream().map(MountPoint::destination).toList();
        RootFiles files = rootFiles(container);
        bindFile(mounts, taken, files.resolvConf(), "/etc/resolv.conf");
        bindFile(mounts, taken, files.hostname(), "/etc/hostname");
        bindFile(mounts, taken, files.hosts(), "/etc/hosts");
        for (MountPoint mount : container.mounts()) {
            mounts.add(mount(mount, volumePaths));
        }
        return mounts;
    }

    /** The files that the engine binds into a container. */
    RootFiles rootFiles(Container container) {
        return RootFiles.in(layout.directory(filesOwner(container)));
    }

    private static void bindFile(List<Mount> mounts, List<String> taken, Path file, String target) {
        if (!taken.contains(target)) {
            mounts.add(new Mount.Bind(file, target, false, "rprivate", true));
        }
    }

    /** Containers that share a network namespace share these files as well. */
    private String filesOwner(Container container) {
        String mode = container.hostConfig().networkMode();
        return mode.startsWith(CONTAINER)
                ? containers.apply(mode.substring(CONTAINER.length())).id()
                : container.id();
    }

    private static Mount mount(MountPoint mount, Map<String, Path> volumePaths) {
        if (mount.type().equals("tmpfs")) {
            List<String> options = mount.mode().isEmpty()
                    ? List.of()
                    : Arrays.asList(mount.mode().split(","));
            if (!mount.writable() && !options.contains("ro")) {
                options = new ArrayList<>(options);
                options.add("ro");
            }
            return new Mount.Tmpfs(mount.destination(), options);
        }
        Path source = mount.type().equals("volume") ? volumePaths.get(mount.destination()) : Path.of(mount.source());
        boolean recursive = !mount.mode().contains("nonrecursive");
        return new Mount.Bind(source, mount.destination(), !mount.writable(), mount.propagation(), recursive);
    }

    private Shm shm(Container container) {
        String mode = container.hostConfig().ipcMode();
        if (mode.equals("host")) {
            return new Shm.Shared(Path.of("/dev/shm"));
        }
        if (mode.equals("none")) {
            return new Shm.None();
        }
        if (mode.startsWith(CONTAINER)) {
            return new Shm.Shared(layout.shm(running(mode, "IPC").id()));
        }
        if (mode.equals("shareable")) {
            return new Shm.Shared(layout.shm(container.id()));
        }
        return new Shm.Own(shmSize(container.hostConfig()));
    }

    static long shmSize(HostConfig host) {
        return host.shmSize() > 0 ? host.shmSize() : DEFAULT_SHM;
    }

    private OciRequest.Namespaces namespaces(HostConfig host, Namespace network) {
        OciRequest.Namespaces usual = OciRequest.Namespaces.standard(network);
        Namespace cgroup = switch (host.cgroupnsMode()) {
            case "" -> host.privileged() ? Namespace.HOST : usual.cgroup();
            case "host" -> Namespace.HOST;
            case "private" -> Namespace.PRIVATE;
            default ->
                throw new EngineException(
                        EngineException.Kind.INVALID, "invalid cgroup namespace mode: " + host.cgroupnsMode());
        };
        return new OciRequest.Namespaces(
                namespace(host.pidMode(), "pid", "PID"),
                namespace(host.ipcMode(), "ipc", "IPC"),
                host.utsMode().equals("host") ? Namespace.HOST : usual.uts(),
                cgroup,
                usual.user(),
                network);
    }

    private Namespace namespace(String mode, String file, String noun) {
        if (mode.startsWith(CONTAINER)) {
            int pid = running(mode, noun).state().pid();
            return new Namespace.Join(Path.of("/proc", Integer.toString(pid), "ns", file));
        }
        return switch (mode) {
            case "host" -> Namespace.HOST;
            case "", "private", "shareable", "none" -> Namespace.PRIVATE;
            default -> throw new EngineException(EngineException.Kind.INVALID, "invalid " + noun + " mode: " + mode);
        };
    }

    /** The container whose namespace is to be shared. */
    Container running(String mode, String noun) {
        Container other = containers.apply(mode.substring(CONTAINER.length()));
        if (!other.state().isUp()) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "cannot join " + noun + " namespace of a non running container: container "
                            + other.id().substring(0, 12) + " is "
                            + other.state().status().name().toLowerCase(java.util.Locale.ROOT));
        }
        return other;
    }

    /** As Docker has it: ports below 1024 and ping need no privilege in a network namespace of one's own. */
    private static Map<String, String> sysctls(HostConfig host, Namespace network) {
        if (network instanceof Namespace.Host || host.privileged()) {
            return host.sysctls();
        }
        Map<String, String> sysctls = new LinkedHashMap<>();
        sysctls.put("net.ipv4.ip_unprivileged_port_start", "0");
        sysctls.put("net.ipv4.ping_group_range", "0 2147483647");
        sysctls.putAll(host.sysctls());
        return sysctls;
    }

    static OciRequest.Resources resources(HostConfig host) {
        return new OciRequest.Resources(
                host.memory(),
                host.memorySwap(),
                host.memoryReservation(),
                host.memorySwappiness().filter(value -> value >= 0),
                host.oomKillDisable().orElse(false),
                host.nanoCpus(),
                host.cpuShares(),
                host.cpuPeriod(),
                host.cpuQuota(),
                host.cpusetCpus(),
                host.cpusetMems(),
                host.pidsLimit().orElse(0L),
                host.blkioWeight());
    }
}
