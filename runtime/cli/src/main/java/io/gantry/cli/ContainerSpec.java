package io.gantry.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Turns the flags of {@code run} and {@code create} into the body of {@code POST /containers/create}. */
final class ContainerSpec {
    private final Invocation flags;
    private final Map<String, String> environment;
    private final Endpoint endpoint;
    private final Map<String, Object> config = new LinkedHashMap<>();
    private final Map<String, Object> host = new LinkedHashMap<>();

    private ContainerSpec(Invocation flags, Map<String, String> environment, Endpoint endpoint) {
        this.flags = flags;
        this.environment = environment;
        this.endpoint = endpoint;
    }

    /** The body; {@code environment} is the client's own, from which {@code -e NAME} takes values; {@code terminal} is the size at first. */
    static Map<String, Object> of(
            Invocation flags, Map<String, String> environment, Endpoint endpoint, Optional<Terminal.Size> terminal)
            throws IOException {
        ContainerSpec spec = new ContainerSpec(flags, environment, endpoint);
        spec.process();
        spec.streams();
        spec.health();
        spec.isolation();
        spec.files();
        NetworkFlags.add(flags, spec.config, spec.host);
        ResourceFlags.add(flags, spec.host);
        spec.policies();
        terminal.ifPresent(size -> spec.host.put("ConsoleSize", size.asList()));
        Map<String, Object> body = spec.config;
        Object networking = spec.host.remove("NetworkingConfig");
        body.put("HostConfig", spec.host);
        body.put("NetworkingConfig", networking);
        return body;
    }

    private void process() throws IOException {
        List<String> arguments = flags.arguments();
        text(config, "Hostname", "hostname");
        text(config, "Domainname", "domainname");
        text(config, "User", "user");
        text(config, "WorkingDir", "workdir");
        text(config, "StopSignal", "stop-signal");
        config.put("Image", arguments.get(0));
        config.put("Cmd", arguments.size() > 1 ? arguments.subList(1, arguments.size()) : null);
        if (flags.given("entrypoint")) {
            config.put("Entrypoint", List.of(flags.text("entrypoint")));
        }
        config.put("Env", variables(flags, environment));
        config.put("Labels", labels(flags));
        if (flags.given("stop-timeout")) {
            config.put("StopTimeout", flags.number("stop-timeout", 0));
        }
    }

    /** {@code --env-file} first, then {@code -e}; a bare name takes the client's value; without one it unsets the image's. */
    static List<String> variables(Invocation flags, Map<String, String> environment) throws IOException {
        List<String> variables = new ArrayList<>();
        for (String file : flags.list("env-file")) {
            variables.addAll(KeyValueFile.read(Path.of(file), environment));
        }
        for (String entry : flags.list("env")) {
            int equals = entry.indexOf('=');
            boolean taken = equals < 0 && environment.containsKey(entry);
            variables.add(taken ? entry + "=" + environment.get(entry) : entry);
        }
        return variables;
    }

    static Map<String, String> labels(Invocation flags) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String file : flags.list("label-file")) {
            lines.addAll(KeyValueFile.read(Path.of(file), Map.of()));
        }
        lines.addAll(flags.list("label"));
        return pairs(lines);
    }

    /** {@code key=value} texts as a map; a bare key has an empty value. */
    static Map<String, String> pairs(List<String> lines) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            pairs.put(equals < 0 ? line : line.substring(0, equals), equals < 0 ? "" : line.substring(equals + 1));
        }
        return pairs;
    }

    private void streams() {
        List<String> attach = new ArrayList<>();
        for (String given : flags.list("attach")) {
            attach.add(given.toLowerCase(Locale.ROOT));
        }
        boolean detached = flags.on("detach");
        boolean interactive = flags.on("interactive");
        boolean all = attach.isEmpty() && !detached;
        boolean in = all ? interactive : attach.contains("stdin");
        config.put("AttachStdin", in);
        config.put("AttachStdout", all || attach.contains("stdout"));
        config.put("AttachStderr", all || attach.contains("stderr"));
        config.put("Tty", flags.on("tty"));
        config.put("OpenStdin", interactive);
        config.put("StdinOnce", in && interactive && !detached);
    }

    private void health() {
        if (flags.on("no-healthcheck")) {
            for (String name : List.of("cmd", "interval", "timeout", "start-period", "start-interval", "retries")) {
                if (flags.given("health-" + name)) {
                    throw new UsageException("--no-healthcheck conflicts with --health-* options");
                }
            }
            config.put("Healthcheck", Map.of("Test", List.of("NONE")));
            return;
        }
        Map<String, Object> check = new LinkedHashMap<>();
        if (flags.given("health-cmd")) {
            check.put("Test", List.of("CMD-SHELL", flags.text("health-cmd")));
        }
        duration(check, "Interval", "health-interval");
        duration(check, "Timeout", "health-timeout");
        duration(check, "StartPeriod", "health-start-period");
        duration(check, "StartInterval", "health-start-interval");
        if (flags.given("health-retries")) {
            check.put("Retries", notNegative("health-retries", flags.number("health-retries", 0)));
        }
        if (!check.isEmpty()) {
            config.put("Healthcheck", check);
        }
    }

    private void duration(Map<String, Object> check, String key, String flag) {
        if (flags.given(flag)) {
            check.put(key, notNegative(flag, GoDuration.parse(flags.text(flag))));
        }
    }

    private static long notNegative(String flag, long value) {
        if (value < 0) {
            throw new UsageException("--" + flag + " cannot be negative");
        }
        return value;
    }

    private void isolation() {
        host.put("Privileged", flags.on("privileged"));
        host.put("CapAdd", capabilities(flags.list("cap-add")));
        host.put("CapDrop", capabilities(flags.list("cap-drop")));
        host.put("GroupAdd", flags.list("group-add"));
        SecurityOptions.add(flags.list("security-opt"), host);
        host.put("PidMode", namespace("pid", "PID"));
        host.put("IpcMode", flags.text("ipc"));
        host.put("UTSMode", namespace("uts", "UTS"));
        host.put("UsernsMode", namespace("userns", "USER"));
        host.put("CgroupnsMode", namespace("cgroupns", "CGROUP"));
        host.put("CgroupParent", flags.text("cgroup-parent"));
        host.put("Runtime", flags.text("runtime"));
        host.put("Isolation", flags.text("isolation"));
        host.put("Sysctls", pairs(flags.list("sysctl")));
        if (flags.given("annotation")) {
            host.put("Annotations", pairs(flags.list("annotation")));
        }
        if (flags.given("init")) {
            host.put("Init", flags.on("init"));
        }
    }

    /** In upper case and with their prefix, each once, in alphabetical order. */
    private static Collection<String> capabilities(List<String> given) {
        Set<String> names = new TreeSet<>();
        for (String each : given) {
            String name = each.toUpperCase(Locale.ROOT);
            names.add(name.equals("ALL") || name.startsWith("CAP_") ? name : "CAP_" + name);
        }
        return names;
    }

    private String namespace(String flag, String kind) {
        String mode = flags.text(flag);
        boolean valid = mode.isEmpty()
                || mode.equals("host")
                || (mode.equals("private") && flag.equals("cgroupns"))
                || (mode.startsWith("container:") && mode.length() > "container:".length() && flag.equals("pid"));
        if (!valid) {
            throw new UsageException("--" + flag + ": invalid " + kind + " mode");
        }
        return mode;
    }

    private void files() {
        host.put("ReadonlyRootfs", flags.on("read-only"));
        if (flags.given("shm-size")) {
            host.put("ShmSize", HumanUnits.bytes(flags.text("shm-size")));
        }
        Set<String> binds = new LinkedHashSet<>();
        Map<String, Object> anonymous = new TreeMap<>();
        for (String volume : flags.list("volume")) {
            MountFlags.volume(volume, binds, anonymous);
        }
        if (!anonymous.isEmpty()) {
            config.put("Volumes", anonymous);
        }
        host.put("Binds", binds);
        List<Object> mounts = new ArrayList<>();
        for (String mount : flags.list("mount")) {
            mounts.add(MountFlags.mount(mount));
        }
        if (flags.on("use-api-socket")) {
            mounts.add(Map.of("Type", "bind", "Source", socket(), "Target", "/var/run/docker.sock"));
        }
        host.put("Mounts", mounts);
        Map<String, String> temporary = new LinkedHashMap<>();
        for (String entry : flags.list("tmpfs")) {
            int colon = entry.indexOf(':');
            temporary.put(colon < 0 ? entry : entry.substring(0, colon), colon < 0 ? "" : entry.substring(colon + 1));
        }
        host.put("Tmpfs", temporary);
        host.put("VolumesFrom", flags.list("volumes-from"));
        text(host, "VolumeDriver", "volume-driver");
        text(host, "ContainerIDFile", "cidfile");
        Map<String, String> options = new LinkedHashMap<>(storageOptions());
        if (flags.given("storage-driver")) {
            options.put("gantry.driver", flags.text("storage-driver"));
        }
        if (!options.isEmpty()) {
            host.put("StorageOpt", options);
        }
    }

    private String socket() {
        if (endpoint instanceof Endpoint.Unix unix) {
            return unix.path().toString();
        }
        throw new UsageException("flag --use-api-socket can only be used with unix sockets: docker endpoint " + endpoint
                + " incompatible");
    }

    private Map<String, String> storageOptions() {
        for (String option : flags.list("storage-opt")) {
            if (option.indexOf('=') < 0) {
                throw new UsageException("invalid storage option");
            }
        }
        return pairs(flags.list("storage-opt"));
    }

    private void policies() {
        host.put("AutoRemove", flags.on("rm"));
        host.put("RestartPolicy", restart(flags.given("restart") ? flags.text("restart") : "no"));
        if (flags.on("rm") && flags.given("restart") && !flags.text("restart").equals("no")) {
            throw new UsageException("conflicting options: cannot specify both --restart and --rm");
        }
        host.put("LogConfig", Map.of("Type", flags.text("log-driver"), "Config", pairs(flags.list("log-opt"))));
        if (flags.text("log-driver").equals("none") && flags.given("log-opt")) {
            throw new UsageException("invalid logging opts for driver none");
        }
    }

    /** {@code name[:retries]}. */
    static Map<String, Object> restart(String policy) {
        int colon = policy.indexOf(':');
        String name = colon < 0 ? policy : policy.substring(0, colon);
        long retries = 0;
        if (colon == 0) {
            throw new UsageException("invalid restart policy format: no policy provided before colon");
        }
        if (colon > 0 && colon < policy.length() - 1) {
            try {
                retries = Long.parseLong(policy.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw new UsageException("invalid restart policy format: maximum retry count must be an integer");
            }
        }
        return Map.of("Name", name, "MaximumRetryCount", retries);
    }

    private void text(Map<String, Object> target, String key, String flag) {
        target.put(key, flags.text(flag));
    }
}
