package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code --gpus} and the devices named by the Container Device Interface. */
final class DeviceRequests {
    private DeviceRequests() {}

    /** {@code all}, a count, or {@code count=…,driver=…,device=…,capabilities=…,options=…}. */
    static Map<String, Object> gpus(String text) {
        Map<String, Object> request = new LinkedHashMap<>();
        List<String> capabilities = new ArrayList<>();
        boolean counted = false;
        for (String field : Csv.fields(text)) {
            int equals = field.indexOf('=');
            String key = equals < 0 ? "count" : field.substring(0, equals);
            String value = field.substring(equals + 1);
            switch (key) {
                case "count" -> {
                    if (counted) {
                        throw new IllegalArgumentException("gpu request key 'count' can be specified only once");
                    }
                    counted = true;
                    request.put("Count", count(value));
                }
                case "driver" -> request.put("Driver", value);
                case "device" -> request.put("DeviceIDs", List.of(value.split(",")));
                case "capabilities" -> capabilities.addAll(List.of(value.split(",")));
                case "options" -> request.put("Options", ContainerSpec.pairs(Csv.fields(value)));
                default -> throw new IllegalArgumentException("unexpected key '" + key + "' in '" + field + "'");
            }
        }
        if (!capabilities.contains("gpu")) {
            capabilities.add("gpu");
        }
        if (!counted && !request.containsKey("DeviceIDs")) {
            request.put("Count", 1L);
        }
        request.put("Capabilities", List.of(capabilities));
        return request;
    }

    private static long count(String value) {
        if (value.equals("all")) {
            return -1;
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "invalid count (" + value + "): value must be either \"all\" or an integer: invalid syntax");
        }
    }

    /** Whether a {@code --device} names a device as {@code vendor/class=name} and not by its path. */
    static boolean byName(String device) {
        int slash = device.indexOf('/');
        int equals = device.indexOf('=');
        return slash > 0 && equals > slash + 1 && equals < device.length() - 1 && device.indexOf('/', slash + 1) < 0;
    }

    static Map<String, Object> named(List<String> devices) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("Driver", "cdi");
        request.put("DeviceIDs", devices);
        return request;
    }
}
