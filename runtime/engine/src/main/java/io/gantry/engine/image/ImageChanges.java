package io.gantry.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.engine.EngineException;
import io.gantry.image.ContainerDefaults;
import io.gantry.image.ContainerDefaults.Healthcheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The Dockerfile instructions that {@code import --change} takes. */
final class ImageChanges {
    private static final int MOST_PORTS = 65_535;

    private final ObjectMapper mapper = new ObjectMapper();
    private final ContainerDefaults base;
    private final Set<String> exposedPorts;
    private final List<String> env;
    private final Set<String> volumes;
    private final Map<String, String> labels;
    private final List<String> onBuild;
    private String user;
    private Optional<List<String>> entrypoint;
    private Optional<List<String>> cmd;
    private String workingDir;
    private String stopSignal;
    private Optional<Healthcheck> healthcheck;

    private ImageChanges(ContainerDefaults base) {
        this.base = base;
        this.exposedPorts = new LinkedHashSet<>(base.exposedPorts());
        this.env = new ArrayList<>(base.env());
        this.volumes = new LinkedHashSet<>(base.volumes());
        this.labels = new LinkedHashMap<>(base.labels());
        this.onBuild = new ArrayList<>(base.onBuild());
        this.user = base.user();
        this.entrypoint = base.entrypoint();
        this.cmd = base.cmd();
        this.workingDir = base.workingDir();
        this.stopSignal = base.stopSignal();
        this.healthcheck = base.healthcheck();
    }

    /** What containers of an image get after these changes. */
    static ContainerDefaults apply(ContainerDefaults base, List<String> changes) {
        ImageChanges state = new ImageChanges(base);
        changes.stream().filter(change -> !change.isBlank()).forEach(state::apply);
        return state.result();
    }

    private void apply(String change) {
        String[] parts = change.strip().split("\\s+", 2);
        String instruction = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length < 2 ? "" : parts[1];
        if (rest.isEmpty()) {
            refuseWithoutArguments(parts[0], instruction);
        }
        switch (instruction) {
            case "CMD" -> cmd = Optional.of(command(rest));
            case "ENTRYPOINT" -> entrypoint = Optional.of(command(rest));
            case "ENV" -> ChangeWords.pairs(instruction, rest).forEach(this::setEnv);
            case "LABEL" -> labels.putAll(ChangeWords.pairs(instruction, rest));
            case "USER" -> user = rest;
            case "WORKDIR" ->
                workingDir = Path.of("/", workingDir, rest).normalize().toString();
            case "STOPSIGNAL" -> stopSignal = rest;
            case "EXPOSE" -> ChangeWords.split(rest).forEach(this::expose);
            case "VOLUME" -> volumes.addAll(list(rest).orElseGet(() -> ChangeWords.split(rest)));
            case "HEALTHCHECK" -> healthcheck = Optional.of(healthcheck(rest));
            case "ONBUILD" -> onBuild.add(rest);
            default -> throw notAChange(parts[0]);
        }
    }

    private static void refuseWithoutArguments(String written, String instruction) {
        Set<String> known = Set.of(
                "CMD",
                "ENTRYPOINT",
                "ENV",
                "LABEL",
                "USER",
                "WORKDIR",
                "STOPSIGNAL",
                "EXPOSE",
                "VOLUME",
                "HEALTHCHECK",
                "ONBUILD");
        if (!known.contains(instruction)) {
            throw notAChange(written);
        }
        if (!instruction.equals("CMD") && !instruction.equals("ENTRYPOINT")) {
            throw new EngineException(EngineException.Kind.INVALID, instruction + " requires at least one argument");
        }
    }

    private static EngineException notAChange(String instruction) {
        return new EngineException(EngineException.Kind.INVALID, instruction + " is not a valid change command");
    }

    private void setEnv(String name, String value) {
        String entry = name + "=" + value;
        for (int i = 0; i < env.size(); i++) {
            if (env.get(i).startsWith(name + "=")) {
                env.set(i, entry);
                return;
            }
        }
        env.add(entry);
    }

    /** {@code 80}, {@code 80/udp} or {@code 8000-8010/tcp}. */
    private void expose(String port) {
        String[] parts = port.split("/", 2);
        String protocol = parts.length == 2 ? parts[1].toLowerCase(Locale.ROOT) : "tcp";
        if (!parts[0].matches("\\d{1,5}(-\\d{1,5})?")
                || !Set.of("tcp", "udp", "sctp").contains(protocol)) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid containerPort: " + port);
        }
        String[] range = parts[0].split("-", 2);
        int first = Integer.parseInt(range[0]);
        int last = Integer.parseInt(range[range.length - 1]);
        if (first > last || last > MOST_PORTS) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid containerPort: " + port);
        }
        for (int number = first; number <= last; number++) {
            exposedPorts.add(number + "/" + protocol);
        }
    }

    /** A JSON list, or a line for the shell. */
    private List<String> command(String rest) {
        if (rest.isEmpty()) {
            return List.of();
        }
        List<String> shell = base.shell().isEmpty() ? List.of("/bin/sh", "-c") : base.shell();
        List<String> line = new ArrayList<>(shell);
        line.add(rest);
        return list(rest).orElse(line);
    }

    private Optional<List<String>> list(String rest) {
        if (!rest.startsWith("[")) {
            return Optional.empty();
        }
        try {
            return Optional.of(List.of(mapper.readValue(rest, String[].class)));
        } catch (JsonProcessingException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private Healthcheck healthcheck(String rest) {
        Duration[] times = {Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO};
        int retries = 0;
        String left = rest;
        while (left.startsWith("--")) {
            String[] parts = left.split("\\s+", 2);
            String[] flag = parts[0].split("=", 2);
            String value = flag.length == 2 ? flag[1] : "";
            switch (flag[0]) {
                case "--interval" -> times[0] = ChangeWords.duration(value);
                case "--timeout" -> times[1] = ChangeWords.duration(value);
                case "--start-period" -> times[2] = ChangeWords.duration(value);
                case "--start-interval" -> times[3] = ChangeWords.duration(value);
                case "--retries" -> retries = retries(value);
                default -> throw new EngineException(EngineException.Kind.INVALID, "unknown flag: " + flag[0]);
            }
            left = parts.length == 2 ? parts[1] : "";
        }
        return new Healthcheck(test(left), times[0], times[1], times[2], times[3], retries);
    }

    private static int retries(String value) {
        if (!value.matches("\\d{1,9}")) {
            throw new EngineException(EngineException.Kind.INVALID, "--retries must be at least 0: " + value);
        }
        return Integer.parseInt(value);
    }

    private List<String> test(String text) {
        String[] parts = text.split("\\s+", 2);
        String type = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length == 2 ? parts[1] : "";
        if (type.equals("NONE") && rest.isEmpty()) {
            return List.of("NONE");
        }
        if (!type.equals("CMD")) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "Unknown type \"" + type + "\" in HEALTHCHECK (try CMD)");
        }
        if (rest.isEmpty()) {
            throw new EngineException(EngineException.Kind.INVALID, "Missing command after HEALTHCHECK CMD");
        }
        List<String> test = new ArrayList<>();
        Optional<List<String>> words = list(rest);
        test.add(words.isPresent() ? "CMD" : "CMD-SHELL");
        test.addAll(words.orElse(List.of(rest)));
        return test;
    }

    private ContainerDefaults result() {
        return new ContainerDefaults(
                user,
                List.copyOf(exposedPorts),
                env,
                entrypoint,
                cmd,
                List.copyOf(volumes),
                workingDir,
                labels,
                stopSignal,
                healthcheck,
                base.shell(),
                onBuild);
    }
}
