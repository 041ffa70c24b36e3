package io.gantry.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code --volume} and {@code --mount}. */
final class MountFlags {
    private MountFlags() {}

    /** {@code [source:]target[:options]}: a bare target is anonymous; a source that starts with a dot is made absolute. */
    static void volume(String text, Set<String> binds, Map<String, Object> anonymous) {
        if (text.isEmpty()) {
            throw new UsageException("invalid empty volume spec");
        }
        if (!hasSource(text)) {
            anonymous.put(text, Map.of());
            return;
        }
        int colon = text.indexOf(':');
        String source = text.substring(0, colon);
        if (source.startsWith("./") || source.startsWith("../") || source.equals(".") || source.equals("..")) {
            source = absolute(source);
        }
        binds.add(source + text.substring(colon));
    }

    /** By the rules of Docker's parser, which takes one letter and a colon for a Windows drive. */
    private static boolean hasSource(String text) {
        if (text.length() <= 2) {
            return false;
        }
        List<String> sections = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length()
                    || (text.charAt(i) == ':' && !(i == from + 1 && Character.isLetter(text.charAt(from))))) {
                sections.add(text.substring(from, i));
                from = i + 1;
            }
        }
        if (sections.contains("")) {
            throw new UsageException("invalid spec: " + text + ": empty section between colons");
        }
        if (sections.size() > 3) {
            throw new UsageException("invalid spec: " + text + ": too many colons");
        }
        return sections.size() > 1;
    }

    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().normalize().toString();
    }

    /** {@code type=bind,source=…,target=…[,…]}, comma-separated, values quoted as CSV. */
    static Map<String, Object> mount(String text) {
        Map<String, Object> mount = new LinkedHashMap<>();
        Map<String, Object> bind = new LinkedHashMap<>();
        Map<String, Object> volume = new LinkedHashMap<>();
        Map<String, Object> tmpfs = new LinkedHashMap<>();
        Map<String, Object> image = new LinkedHashMap<>();
        mount.put("Type", "volume");
        for (String field : Csv.fields(text)) {
            int equals = field.indexOf('=');
            String key = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            if (equals < 0 && !mayStandAlone(key)) {
                throw new IllegalArgumentException("invalid field '" + field + "' must be a key=value pair");
            }
            boolean known = key.startsWith("volume-")
                    ? volume(key, value, volume)
                    : key.startsWith("bind-")
                            ? bind(key, value, bind)
                            : key.startsWith("tmpfs-") ? tmpfs(key, value, tmpfs) : common(key, value, mount, image);
            if (!known) {
                throw new IllegalArgumentException("unexpected key '" + key + "' in '" + field + "'");
            }
        }
        String type = (String) mount.get("Type");
        if (type.isEmpty()) {
            throw new IllegalArgumentException("type is required");
        }
        if (mount.getOrDefault("Target", "").equals("")) {
            throw new IllegalArgumentException("target is required");
        }
        fits(type, "volume", volume, mount, "VolumeOptions");
        fits(type, "bind", bind, mount, "BindOptions");
        fits(type, "tmpfs", tmpfs, mount, "TmpfsOptions");
        fits(type, "image", image, mount, "ImageOptions");
        recursion(mount, bind);
        return mount;
    }

    private static boolean mayStandAlone(String key) {
        return switch (key) {
            case "readonly", "ro", "volume-nocopy", "bind-nonrecursive" -> true;
            default -> false;
        };
    }

    private static boolean common(String key, String value, Map<String, Object> mount, Map<String, Object> image) {
        switch (key) {
            case "type" -> mount.put("Type", value.toLowerCase(Locale.ROOT));
            case "source", "src" ->
                mount.put("Source", value.startsWith("./") || value.equals(".") ? absolute(value) : value);
            case "target", "dst", "destination" -> mount.put("Target", value);
            case "readonly", "ro" -> mount.put("ReadOnly", truth(key, value));
            case "consistency" -> mount.put("Consistency", value.toLowerCase(Locale.ROOT));
            case "image-subpath" -> image.put("Subpath", value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean bind(String key, String value, Map<String, Object> bind) {
        switch (key) {
            case "bind-propagation" -> bind.put("Propagation", value.toLowerCase(Locale.ROOT));
            case "bind-nonrecursive" -> bind.put("NonRecursive", truth(key, value));
            case "bind-create-src" -> bind.put("CreateMountpoint", truth(key, value));
            case "bind-recursive" -> {
                switch (value) {
                    case "enabled" -> bind.remove("NonRecursive");
                    case "disabled" -> bind.put("NonRecursive", true);
                    case "writable" -> bind.put("ReadOnlyNonRecursive", true);
                    case "readonly" -> bind.put("ReadOnlyForceRecursive", true);
                    default ->
                        throw new IllegalArgumentException("invalid value for bind-recursive: " + value
                                + " (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean volume(String key, String value, Map<String, Object> volume) {
        switch (key) {
            case "volume-nocopy" -> volume.put("NoCopy", truth(key, value));
            case "volume-subpath" -> volume.put("Subpath", value);
            case "volume-driver" -> inner(volume, "DriverConfig").put("Name", value);
            case "volume-label" -> inner(volume, "Labels").putAll(pair(value));
            case "volume-opt" -> inner(inner(volume, "DriverConfig"), "Options").putAll(pair(value));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean tmpfs(String key, String value, Map<String, Object> tmpfs) {
        try {
            switch (key) {
                case "tmpfs-size" -> tmpfs.put("SizeBytes", HumanUnits.bytes(value));
                case "tmpfs-mode" -> tmpfs.put("Mode", Long.parseLong(value, 8));
                default -> {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("invalid value for " + key + ": " + value, e);
        }
    }

    private static Map<String, String> pair(String value) {
        return ContainerSpec.pairs(List.of(value));
    }

    @SuppressWarnings("unchecked") // only this class puts maps under these names
    private static Map<String, Object> inner(Map<String, Object> outer, String name) {
        outer.putIfAbsent(name, new LinkedHashMap<String, Object>());
        return (Map<String, Object>) outer.get(name);
    }

    private static void fits(
            String type, String wanted, Map<String, Object> options, Map<String, Object> mount, String key) {
        if (options.isEmpty()) {
            return;
        }
        if (!type.equals(wanted)) {
            throw new IllegalArgumentException("cannot mix '" + wanted + "-*' options with mount type '" + type + "'");
        }
        mount.put(key, options);
    }

    /** What "readable only, but writable below" and "readable only, all the way down" ask of the other options. */
    private static void recursion(Map<String, Object> mount, Map<String, Object> bind) {
        boolean force = bind.containsKey("ReadOnlyForceRecursive");
        if (!force && !bind.containsKey("ReadOnlyNonRecursive")) {
            return;
        }
        String option = "option 'bind-recursive=" + (force ? "readonly" : "writable") + "' requires '";
        if (!Boolean.TRUE.equals(mount.get("ReadOnly"))) {
            throw new IllegalArgumentException(option + "readonly' to be specified in conjunction");
        }
        if (force && !"rprivate".equals(bind.get("Propagation"))) {
            throw new IllegalArgumentException(option + "bind-propagation=rprivate' to be specified in conjunction");
        }
    }

    private static boolean truth(String key, String value) {
        try {
            return value.isEmpty() || GoBoolean.parse(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("invalid value for " + key + ": " + value, e);
        }
    }
}
