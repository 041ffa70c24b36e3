package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The daemon's JSON as Docker's typed values would print it. Members whose keys are data (labels, ports) are sorted, and a missing
 * one is no error there; null prints as an empty list, an empty map or nil, by the member's name.
 */
final class TemplateData {
    private static final Set<String> MAPS = Set.of(
            "Labels",
            "Options",
            "DriverOpts",
            "Ports",
            "PortBindings",
            "Networks",
            "Attributes",
            "Containers",
            "Sysctls",
            "Tmpfs",
            "StorageOpt",
            "Annotations",
            "Details",
            "Runtimes",
            "IndexConfigs",
            "AuxiliaryAddresses",
            "Data");

    /** Maps from names to nothing: Go's {@code map[string]struct{}}. */
    private static final Set<String> SETS = Set.of("ExposedPorts", "Volumes");

    private static final Set<String> POINTERS = Set.of(
            "Health",
            "Healthcheck",
            "StopTimeout",
            "MemorySwappiness",
            "OomKillDisable",
            "PidsLimit",
            "Init",
            "IPAMConfig",
            "Platform",
            "UsageData");

    private TemplateData() {}

    /** A row of a list, or another object whose fields are all known; {@code type} is what Go's error names. */
    static final class Row extends TreeMap<String, Object> {
        private static final long serialVersionUID = 1;

        private final transient String type;
        private final transient Map<String, Object> json;

        Row(String type) {
            this.type = type;
            this.json = this;
        }

        Row(String type, Map<String, Object> fields) {
            this(type);
            putAll(fields);
        }

        /** With members of other names and in another order when written as JSON. */
        Row(String type, Map<String, Object> fields, Map<String, Object> json) {
            this.type = type;
            this.json = json;
            putAll(fields);
        }

        Map<String, Object> json() {
            return json;
        }

        String type() {
            return type;
        }
    }

    /** A map whose keys are data. */
    static final class Entries extends TreeMap<String, Object> {
        private static final long serialVersionUID = 1;
    }

    /** A field that is called with arguments, {@code {{.Label "x"}}}; it is no part of the row's JSON. */
    interface Call {
        Object with(List<Object> arguments);
    }

    /** A field whose value is made when it is looked at. */
    interface Later {
        Object value();
    }

    /** A null and the text it prints as. */
    record Null(String shown) {}

    /** An empty value of a set's entry. */
    record Nothing() {}

    static Object of(Object json) {
        return of("", json instanceof Json value ? value.value() : json);
    }

    private static Object of(String name, Object json) {
        if (json == null) {
            boolean map = MAPS.contains(name) || SETS.contains(name);
            return new Null(map ? "map[]" : POINTERS.contains(name) ? "<nil>" : "[]");
        }
        if (json instanceof Map<?, ?> map) {
            Map<String, Object> members =
                    MAPS.contains(name) || SETS.contains(name) ? new Entries() : new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                boolean empty = entry.getValue() instanceof Map<?, ?> value && value.isEmpty();
                String key = (String) entry.getKey();
                members.put(key, empty && SETS.contains(name) ? new Nothing() : of(key, entry.getValue()));
            }
            return members;
        }
        if (json instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            for (Object item : list) {
                items.add(of("", item));
            }
            return items;
        }
        return json;
    }
}
