package io.gantry.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code --volume} and {@code --mount}. */
final class MountFlags {
    private MountFlags() {}

    /** {@code [source:]target[:options]}: a bare target is anonymous; a relative source with a slash is made absolute. */
    static void volume(String text, List<String> binds, Map<String, Object> anonymous) {
        if (text.isEmpty()) {
            throw new UsageException("invalid empty volume spec");
        }
        int colon = text.indexOf(':');
        if (colon < 0) {
            anonymous.put(text, Map.of());
            return;
        }
        String source = text.substring(0, colon);
        if (source.startsWith("./") || source.startsWith("../") || source.equals(".") || source.equals("..")) {
            source = Path.of(source).toAbsolutePath().normalize().toString();
        }
        binds.add(source + text.substring(colon));
    }

    /** {@code type=bind,source=…,target=…[,…]}, comma-separated, values quoted as CSV. */
    static Map<String, Object> mount(String text) {
        Map<String, Object> mount = new LinkedHashMap<>();
        Map<String, Object> bind = new LinkedHashMap<>();
        Map<String, Object> volume = new LinkedHashMap<>();
        Map<String, Object> tmpfs = new LinkedHashMap<>();
        Map<String, Object> driver = new LinkedHashMap<>();
        Map<String, String> labels = new LinkedHashMap<>();
        Map<String, String> options = new LinkedHashMap<>();
        mount.put("Type", "volume");
        for (String field : csv(text)) {
            int equals = field.indexOf('=');
            String key = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(java.util.Locale.ROOT);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            if (equals < 0
                    && !List.of("readonly", "ro", "volume-nocopy", "bind-nonrecursive")
                            .contains(key)) {
                throw problem(text, "invalid field '" + field + "' must be a key=value pair");
            }
            switch (key) {
                case "type" -> mount.put("Type", value.toLowerCase(java.util.Locale.ROOT));
                case "source", "src" ->
                    mount.put(
                            "Source",
                            value.startsWith("./") || value.equals(".") || value.startsWith("../")
                                    ? Path.of(value)
                                            .toAbsolutePath()
                                            .normalize()
                                            .toString()
                                    : value);
                case "target", "dst", "destination" -> mount.put("Target", value);
                case "readonly", "ro" -> mount.put("ReadOnly", truth(text, key, value));
                case "consistency" -> mount.put("Consistency", value);
                case "bind-propagation" -> bind.put("Propagation", value);
                case "bind-nonrecursive" -> bind.put("NonRecursive", truth(text, key, value));
                case "bind-recursive" -> recursive(text, value, bind);
                case "bind-create-src" -> bind.put("CreateMountpoint", truth(text, key, value));
                case "volume-nocopy" -> volume.put("NoCopy", truth(text, key, value));
                case "volume-subpath" -> volume.put("Subpath", value);
                case "volume-label" -> labels.putAll(ContainerSpec.pairs(List.of(value)));
                case "volume-driver" -> driver.put("Name", value);
                case "volume-opt" -> options.putAll(ContainerSpec.pairs(List.of(value)));
                case "tmpfs-size" -> tmpfs.put("SizeBytes", HumanUnits.bytes(value));
                case "tmpfs-mode" -> tmpfs.put("Mode", Long.parseLong(value, 8));
                case "image-subpath" -> mount.put("ImageOptions", Map.of("Subpath", value));
                default -> throw problem(text, "unexpected key '" + key + "' in '" + field + "'");
            }
        }
        if (!options.isEmpty()) {
            driver.put("Options", options);
        }
        if (!driver.isEmpty()) {
            volume.put("DriverConfig", driver);
        }
        if (!labels.isEmpty()) {
            volume.put("Labels", labels);
        }
        if (!mount.containsKey("Target")) {
            throw problem(text, "target is required");
        }
        String type = (String) mount.get("Type");
        fits(type, "bind", bind, mount, "BindOptions");
        fits(type, "volume", volume, mount, "VolumeOptions");
        fits(type, "tmpfs", tmpfs, mount, "TmpfsOptions");
        return mount;
    }

    private static void recursive(String text, String value, Map<String, Object> bind) {
        switch (value) {
            case "enabled" -> bind.remove("NonRecursive");
            case "disabled" -> bind.put("NonRecursive", true);
            case "writable" -> bind.put("ReadOnlyNonRecursive", true);
            case "readonly" -> bind.put("ReadOnlyForceRecursive", true);
            default ->
                throw problem(
                        text,
                        "invalid value for bind-recursive: " + value
                                + " (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
        }
    }

    private static void fits(
            String type, String wanted, Map<String, Object> options, Map<String, Object> mount, String key) {
        if (options.isEmpty()) {
            return;
        }
        if (!type.equals(wanted)) {
            throw new UsageException("cannot mix '" + wanted + "-*' options with mount type '" + type + "'");
        }
        mount.put(key, options);
    }

    private static boolean truth(String text, String key, String value) {
        try {
            return value.isEmpty() || GoBoolean.parse(value);
        } catch (IllegalArgumentException e) {
            throw problem(text, "invalid value for " + key + ": " + value);
        }
    }

    private static UsageException problem(String text, String why) {
        return new UsageException.OfFlag(text, "--mount", why);
    }

    /** One CSV record: commas separate, a field in double quotes may hold them. */
    static List<String> csv(String text) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
