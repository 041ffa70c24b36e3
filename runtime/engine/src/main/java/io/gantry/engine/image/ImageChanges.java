package io.gantry.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.engine.EngineException;
import io.gantry.image.ContainerDefaults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The Dockerfile instructions that {@code import --change} takes. */
final class ImageChanges {
    private final ObjectMapper mapper = new ObjectMapper();
    private String user;
    private final List<String> exposedPorts;
    private final List<String> env;
    private Optional<List<String>> entrypoint;
    private Optional<List<String>> cmd;
    private final List<String> volumes;
    private String workingDir;
    private final Map<String, String> labels;
    private String stopSignal;
    private final ContainerDefaults base;

    private ImageChanges(ContainerDefaults base) {
        this.base = base;
        this.user = base.user();
        this.exposedPorts = new ArrayList<>(base.exposedPorts());
        this.env = new ArrayList<>(base.env());
        this.entrypoint = base.entrypoint();
        this.cmd = base.cmd();
        this.volumes = new ArrayList<>(base.volumes());
        this.workingDir = base.workingDir();
        this.labels = new LinkedHashMap<>(base.labels());
        this.stopSignal = base.stopSignal();
    }

    /** What containers of an image get after these changes. */
    static ContainerDefaults apply(ContainerDefaults base, List<String> changes) {
        ImageChanges state = new ImageChanges(base);
        changes.forEach(state::apply);
        return state.result();
    }

    private void apply(String change) {
        String text = change.strip();
        int blank = text.indexOf(' ');
        String instruction = (blank < 0 ? text : text.substring(0, blank)).toUpperCase(Locale.ROOT);
        String rest = blank < 0 ? "" : text.substring(blank + 1).strip();
        switch (instruction) {
            case "CMD" -> cmd = Optional.of(command(rest));
            case "ENTRYPOINT" -> entrypoint = Optional.of(command(rest));
            case "ENV" -> pair(rest).ifPresent(pair -> env.add(pair.getKey() + "=" + pair.getValue()));
            case "LABEL" -> pair(rest).ifPresent(pair -> labels.put(pair.getKey(), pair.getValue()));
            case "USER" -> user = rest;
            case "WORKDIR" -> workingDir = rest;
            case "STOPSIGNAL" -> stopSignal = rest;
            case "EXPOSE" ->
                List.of(rest.split("\\s+"))
                        .forEach(port -> exposedPorts.add(port.contains("/") ? port : port + "/tcp"));
            case "VOLUME" -> volumes.addAll(rest.startsWith("[") ? command(rest) : List.of(rest.split("\\s+")));
            default ->
                throw new EngineException(EngineException.Kind.INVALID, instruction + " is not a valid change command");
        }
    }

    private List<String> command(String rest) {
        if (rest.startsWith("[")) {
            try {
                return List.of(mapper.readValue(rest, String[].class));
            } catch (JsonProcessingException e) {
                throw new EngineException(EngineException.Kind.INVALID, "not a list of texts: " + rest, e);
            }
        }
        return List.of("/bin/sh", "-c", rest);
    }

    private static Optional<Map.Entry<String, String>> pair(String rest) {
        int equals = rest.indexOf('=');
        int split = equals < 0 ? rest.indexOf(' ') : equals;
        if (split < 1) {
            throw new EngineException(EngineException.Kind.INVALID, "not of the form name=value: " + rest);
        }
        String value = rest.substring(split + 1).strip();
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return Optional.of(
                Map.entry(rest.substring(0, split), quoted ? value.substring(1, value.length() - 1) : value));
    }

    private ContainerDefaults result() {
        return new ContainerDefaults(
                user,
                exposedPorts,
                env,
                entrypoint,
                cmd,
                volumes,
                workingDir,
                labels,
                stopSignal,
                base.healthcheck(),
                base.shell(),
                base.onBuild());
    }
}
