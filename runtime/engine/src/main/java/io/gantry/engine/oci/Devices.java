package io.gantry.engine.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.DeviceMapping;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.FileKind;
import io.gantry.linux.Stat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Device nodes in the container's {@code /dev}, and which devices its cgroup lets it use: none but those named. */
final class Devices {
    private static final Pattern RULE = Pattern.compile("([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})");
    private static final Pattern PERMISSIONS = Pattern.compile("[rwm]{1,3}");
    private static final long ANY = -1;
    private static final Set<String> NOT_DEVICES =
            Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console");
    private static final int PERMISSION_BITS = 0_7777;

    private final ArrayNode nodes = JsonNodeFactory.instance.arrayNode();
    private final ArrayNode rules = JsonNodeFactory.instance.arrayNode();

    private Devices() {}

    /** The nodes, {@code linux.devices}; beside those that every OCI runtime makes. */
    ArrayNode nodes() {
        return nodes;
    }

    /** The rules, {@code linux.resources.devices}. */
    ArrayNode rules() {
        return rules;
    }

    /** Those of a container. */
    static Devices of(OciRequest.Security security) {
        Devices devices = new Devices();
        if (security.privileged()) {
            devices.rule(true, "a", ANY, ANY, "rwm");
            devices.addTree(Path.of("/dev"), Path.of("/dev"), "rwm", false);
            return devices;
        }
        devices.standardRules();
        security.devices().forEach(devices::add);
        security.deviceCgroupRules().forEach(devices::addRule);
        return devices;
    }

    private void standardRules() {
        rule(false, "a", ANY, ANY, "rwm");
        // Any node may be made; only these may be opened.
        rule(true, "c", ANY, ANY, "m");
        rule(true, "b", ANY, ANY, "m");
        for (int memory : List.of(3, 5, 7, 8, 9)) {
            rule(true, "c", 1, memory, "rwm");
        }
        for (int terminal : List.of(0, 1, 2)) {
            rule(true, "c", 5, terminal, "rwm");
        }
        rule(true, "c", 136, ANY, "rwm");
    }

    private void add(DeviceMapping mapping) {
        Path source = Path.of(mapping.pathOnHost());
        Path target = Path.of(mapping.pathInContainer().isEmpty() ? mapping.pathOnHost() : mapping.pathInContainer());
        String permissions = mapping.cgroupPermissions().isEmpty() ? "rwm" : mapping.cgroupPermissions();
        if (!PERMISSIONS.matcher(permissions).matches()) {
            throw invalid("invalid device mode: " + permissions);
        }
        Stat stat = Stat.following(source).orElseThrow(() -> unusable(source, "no such file or directory"));
        if (stat.kind() == FileKind.DIRECTORY) {
            addTree(source, target, permissions, true);
        } else if (!addNode(stat, target, permissions, true)) {
            throw unusable(source, "not a device node");
        }
    }

    private void addTree(Path source, Path target, String permissions, boolean withRules) {
        try (Stream<Path> children = Files.list(source)) {
            for (Path child : children.sorted().toList()) {
                String name = child.getFileName().toString();
                Optional<Stat> stat = NOT_DEVICES.contains(name) ? Optional.empty() : Stat.of(child);
                if (stat.isPresent() && stat.get().kind() == FileKind.DIRECTORY) {
                    addTree(child, target.resolve(name), permissions, withRules);
                } else if (stat.isPresent()) {
                    addNode(stat.get(), target.resolve(name), permissions, withRules);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the devices in " + source, e);
        }
    }

    private boolean addNode(Stat stat, Path target, String permissions, boolean withRule) {
        if (stat.kind() != FileKind.CHARACTER_DEVICE && stat.kind() != FileKind.BLOCK_DEVICE) {
            return false;
        }
        String type = stat.kind() == FileKind.CHARACTER_DEVICE ? "c" : "b";
        long major = DeviceNumber.major(stat.rdevice());
        long minor = DeviceNumber.minor(stat.rdevice());
        nodes.addObject()
                .put("path", target.toString())
                .put("type", type)
                .put("major", major)
                .put("minor", minor)
                .put("fileMode", stat.mode() & PERMISSION_BITS)
                .put("uid", stat.uid())
                .put("gid", stat.gid());
        if (withRule) {
            rule(true, type, major, minor, permissions);
        }
        return true;
    }

    private void addRule(String text) {
        Matcher matcher = RULE.matcher(text);
        if (!matcher.matches()) {
            throw invalid("invalid device cgroup rule format: '" + text + "'");
        }
        rule(true, matcher.group(1), number(matcher.group(2)), number(matcher.group(3)), matcher.group(4));
    }

    private static long number(String text) {
        if (text.equals("*")) {
            return ANY;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid device number: " + text, e);
        }
    }

    private void rule(boolean allow, String type, long major, long minor, String access) {
        ObjectNode rule =
                rules.addObject().put("allow", allow).put("type", type).put("access", access);
        if (major != ANY) {
            rule.put("major", major);
        }
        if (minor != ANY) {
            rule.put("minor", minor);
        }
    }

    private static EngineException unusable(Path source, String reason) {
        return new EngineException(
                EngineException.Kind.SYSTEM,
                "error gathering device information while adding custom device \"" + source + "\": " + reason);
    }

    private static EngineException invalid(String message) {
        return new EngineException(EngineException.Kind.INVALID, message);
    }
}
