package io.gantry.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Request bodies made comparable: keys sorted, and members left out that a Go server reads like missing ones (null, "", 0, false,
 * [], {}). Where Docker's own type is a pointer, so that zero differs from missing, only null is left out.
 */
final class JsonShape {
    private static final Set<String> POINTERS = Set.of(
            "StopTimeout",
            "PidsLimit",
            "Init",
            "EnableIPv4",
            "EnableIPv6",
            "Cmd",
            "Entrypoint",
            "MaskedPaths",
            "ReadonlyPaths");

    /** Members whose keys are data: an empty value there is an entry, not an absence. */
    private static final Set<String> DATA = Set.of(
            "EndpointsConfig",
            "Volumes",
            "ExposedPorts",
            "PortBindings",
            "Labels",
            "Tmpfs",
            "Sysctls",
            "Annotations",
            "StorageOpt",
            "Config",
            "Options",
            "DriverOpts",
            "AuxiliaryAddresses");

    private JsonShape() {}

    /** Text with sorted keys, nothing left out. */
    static String canonical(Object value) {
        return Json.write(sorted(value));
    }

    /** Text with sorted keys, without members that mean nothing. */
    static String meaning(Object value) {
        return Json.write(reduced(value, false));
    }

    private static Object sorted(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> result = new TreeMap<>();
            map.forEach((key, item) -> result.put((String) key, sorted(item)));
            return result;
        }
        return value instanceof List<?> list
                ? list.stream().map(JsonShape::sorted).toList()
                : value;
    }

    private static Object reduced(Object value, boolean data) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> result = new TreeMap<>();
            map.forEach((key, item) -> {
                Object small = reduced(item, DATA.contains(key));
                if (key.equals("Env") && small instanceof List<?> variables) {
                    // Docker collects them in a map, which has no order
                    small = variables.stream().map(String.class::cast).sorted().toList();
                }
                boolean pointer = POINTERS.contains(key);
                boolean unset = zero(small) || (key.equals("MemorySwappiness") && small.equals(-1L));
                if (small != null && (data || pointer || !unset)) {
                    result.put((String) key, small);
                }
            });
            return result;
        }
        if (value instanceof List<?> list) {
            List<Object> result = new ArrayList<>();
            list.forEach(item -> result.add(reduced(item, false)));
            if (!result.isEmpty() && result.get(0) instanceof Map<?, ?> first && first.containsKey("Subnet")) {
                // these as well
                result.sort(Comparator.comparing(Json::write));
            }
            return result;
        }
        return value;
    }

    private static boolean zero(Object value) {
        return value == null
                || value.equals("")
                || value.equals(0L)
                || value.equals(false)
                || value.equals(List.of(0L, 0L))
                || (value instanceof List<?> list && list.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty());
    }
}
