package io.gantry.engine.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code config.json} and {@code process.json} of the OCI runtime specification. Nothing is changed on the host; read are
 * the container's user files, device nodes, and what this kernel and the engine itself can do.
 */
public final class OciSpec {
    /** What kernels tell or let change that containers have no business with, as Docker has it. */
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");

    private static final List<String> READONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private static final String DEFAULT_PARENT = "/gantry";

    private final OciRequest request;
    private final List<String> capabilities;

    private OciSpec(OciRequest request) {
        this.request = request;
        this.capabilities = capabilities(request.security());
    }

    /**
     * A container's {@code config.json}.
     *
     * @throws EngineException in Docker's words if the request cannot be met
     */
    public static ObjectNode build(OciRequest request) {
        return new OciSpec(request).spec();
    }

    /**
     * A further process in a container that runs, for {@code runc exec --process}.
     *
     * @param container as it was started; its root must still be mounted
     * @param process all of the process, the container's environment included
     * @param privileged with every capability
     */
    public static ObjectNode exec(OciRequest container, OciRequest.ProcessRequest process, boolean privileged) {
        OciRequest.Security security = container.security();
        List<String> names =
                privileged ? Capabilities.ofThisHost().of(true, List.of(), List.of()) : capabilities(security);
        ContainerUser user = UserLookup.in(container.rootfs()).find(process.user(), process.groups());
        return OciProcess.of(process, process.args(), user, names, security.noNewPrivileges());
    }

    private static List<String> capabilities(OciRequest.Security security) {
        return Capabilities.ofThisHost().of(security.privileged(), security.capAdd(), security.capDrop());
    }

    private ObjectNode spec() {
        ObjectNode spec = JsonNodeFactory.instance.objectNode();
        spec.put("ociVersion", "1.0.2");
        spec.set("process", process());
        spec.putObject("root").put("path", request.rootfs().toString()).put("readonly", request.readonlyRootfs());
        if (!request.hostname().isEmpty() && !(request.namespaces().uts() instanceof OciRequest.Namespace.Host)) {
            spec.put("hostname", request.hostname());
        }
        spec.set("mounts", mounts());
        if (!request.annotations().isEmpty()) {
            ObjectNode annotations = spec.putObject("annotations");
            request.annotations().forEach(annotations::put);
        }
        spec.set("linux", linux());
        return spec;
    }

    private ObjectNode process() {
        OciRequest.ProcessRequest process = request.process();
        ContainerUser user = UserLookup.in(request.rootfs()).find(process.user(), process.groups());
        List<String> args = runsInit() ? InitProgram.command(process.args()) : process.args();
        return OciProcess.of(
                process, args, user, capabilities, request.security().noNewPrivileges());
    }

    /** In another's PID namespace it would not be process 1, and of no use. */
    private boolean runsInit() {
        return request.init() && request.namespaces().pid() instanceof OciRequest.Namespace.Private;
    }

    private ArrayNode mounts() {
        ArrayNode mounts = OciMounts.of(request);
        if (runsInit()) {
            mounts.addObject()
                    .put("destination", InitProgram.TARGET)
                    .put("type", "bind")
                    .put("source", InitProgram.find().toString())
                    .putArray("options")
                    .add("bind")
                    .add("ro");
        }
        return mounts;
    }

    private ObjectNode linux() {
        OciRequest.Security security = request.security();
        ObjectNode linux = JsonNodeFactory.instance.objectNode();
        Devices devices = Devices.of(security);
        linux.set("devices", devices.nodes());
        ObjectNode resources = OciResources.of(request.resources(), CgroupSetup.detect());
        resources.set("devices", devices.rules());
        linux.set("resources", resources);
        linux.put("cgroupsPath", cgroupPath());
        linux.set("namespaces", namespaces());
        sysctls(linux);
        if (!security.privileged()) {
            seccomp().ifPresent(profile -> linux.set("seccomp", profile));
            security.maskedPaths().orElse(MASKED).forEach(linux.putArray("maskedPaths")::add);
            security.readonlyPaths().orElse(READONLY).forEach(linux.putArray("readonlyPaths")::add);
        }
        sharedRoot().ifPresent(propagation -> linux.put("rootfsPropagation", propagation));
        return linux;
    }

    /** What is mounted in a container travels out (shared) or in (slave) only if its root does not stop it. */
    private Optional<String> sharedRoot() {
        List<String> wanted = request.mounts().stream()
                .filter(OciRequest.Mount.Bind.class::isInstance)
                .map(mount -> ((OciRequest.Mount.Bind) mount).propagation())
                .toList();
        if (wanted.stream().anyMatch(mode -> mode.endsWith("shared"))) {
            return Optional.of("shared");
        }
        return wanted.stream().anyMatch(mode -> mode.endsWith("slave")) ? Optional.of("slave") : Optional.empty();
    }

    private String cgroupPath() {
        String parent = request.cgroupParent().isEmpty() ? DEFAULT_PARENT : request.cgroupParent();
        if (parent.endsWith(".slice")) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "cgroup-parent for cgroupfs should not end with .slice: \"" + parent + "\"");
        }
        return Path.of("/")
                .resolve(parent)
                .normalize()
                .resolve(request.containerId())
                .toString();
    }

    private ArrayNode namespaces() {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        list.addObject().put("type", "mount");
        OciRequest.Namespaces wanted = request.namespaces();
        namespace(list, "pid", wanted.pid());
        namespace(list, "ipc", wanted.ipc());
        namespace(list, "uts", wanted.uts());
        namespace(list, "cgroup", wanted.cgroup());
        namespace(list, "user", wanted.user());
        namespace(list, "network", wanted.network());
        return list;
    }

    private static void namespace(ArrayNode list, String type, OciRequest.Namespace namespace) {
        if (namespace instanceof OciRequest.Namespace.Private) {
            list.addObject().put("type", type);
        } else if (namespace instanceof OciRequest.Namespace.Join join) {
            list.addObject().put("type", type).put("path", join.path().toString());
        }
    }

    /** Ports below 1024 and ping need no privilege in a network of the container's own. */
    private void sysctls(ObjectNode linux) {
        ObjectNode sysctls = JsonNodeFactory.instance.objectNode();
        boolean ownNetwork = !(request.namespaces().network() instanceof OciRequest.Namespace.Host);
        if (ownNetwork) {
            sysctls.put("net.ipv4.ip_unprivileged_port_start", "0");
            sysctls.put("net.ipv4.ping_group_range", "0 2147483647");
        }
        if (!request.domainname().isEmpty()) {
            sysctls.put("kernel.domainname", request.domainname());
        }
        request.sysctls().forEach((key, value) -> {
            if (!ownNetwork && key.startsWith("net.")) {
                throw new EngineException(
                        EngineException.Kind.INVALID, "sysctl '" + key + "' not allowed in host network namespace");
            }
            sysctls.put(key, value);
        });
        if (!sysctls.isEmpty()) {
            linux.set("sysctl", sysctls);
        }
    }

    private Optional<ObjectNode> seccomp() {
        OciRequest.Seccomp wanted = request.security().seccomp();
        if (wanted instanceof OciRequest.Seccomp.Unconfined || !supportsSeccomp()) {
            return Optional.empty();
        }
        SeccompProfile profile = wanted instanceof OciRequest.Seccomp.Custom custom
                ? SeccompProfile.parse(custom.json())
                : SeccompProfile.standard();
        return Optional.of(profile.forContainer(capabilities, architecture(), kernel()));
    }

    private static boolean supportsSeccomp() {
        return Files.exists(Path.of("/proc/sys/kernel/seccomp/actions_avail"));
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return "aarch64".equals(name) ? "arm64" : name;
    }

    private static List<Integer> kernel() {
        List<Integer> numbers = new ArrayList<>();
        for (String part : System.getProperty("os.version").split("[^0-9]+", 3)) {
            if (numbers.size() < 2 && !part.isEmpty()) {
                numbers.add(Integer.parseInt(part));
            }
        }
        return numbers;
    }

    /**
     * Writes it where the OCI runtime looks for it.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(ObjectNode spec, Path file) throws IOException {
        Files.write(file, spec.toString().getBytes(StandardCharsets.UTF_8));
    }
}
