package io.gantry.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The PORTS column: neighbouring ports are joined to ranges, as Docker shows them. */
final class PortList {
    /** Ports of one address and protocol; compared by its key, as a record's own hash is slow to start. */
    private record Group(String address, String type, boolean published) {
        String key() {
            return address + " " + type + " " + published;
        }
    }

    private PortList() {}

    /** By port inside, address, port outside, protocol; a class, as a chain of lambdas is slow to start. */
    private static final class Order implements Comparator<Json> {
        @Override
        public int compare(Json a, Json b) {
            int order = Long.compare(a.number("PrivatePort"), b.number("PrivatePort"));
            order = order != 0 ? order : a.text("IP").compareTo(b.text("IP"));
            order = order != 0 ? order : Long.compare(a.number("PublicPort"), b.number("PublicPort"));
            return order != 0 ? order : a.text("Type").compareTo(b.text("Type"));
        }
    }

    static String show(List<Json> ports) {
        List<Json> sorted = new ArrayList<>(ports);
        sorted.sort(new Order());
        Map<String, long[]> open = new LinkedHashMap<>();
        Map<String, Group> groups = new HashMap<>();
        List<String> finished = new ArrayList<>();
        List<String> moved = new ArrayList<>();
        for (Json port : sorted) {
            long inside = port.number("PrivatePort");
            long outside = port.number("PublicPort");
            Group group = new Group(
                    port.text("IP"), port.text("Type"), !port.text("IP").isEmpty() && outside > 0);
            if (group.published() && outside != inside) {
                moved.add(address(group.address()) + ":" + outside + "->" + inside + "/" + group.type());
                continue;
            }
            String key = group.key();
            groups.put(key, group);
            long[] range = open.get(key);
            if (range == null) {
                open.put(key, new long[] {inside, inside});
            } else if (range[1] == inside - 1) {
                range[1] = inside;
            } else if (range[1] != inside) {
                finished.add(text(group, range));
                open.put(key, new long[] {inside, inside});
            }
        }
        for (Map.Entry<String, long[]> entry : open.entrySet()) {
            finished.add(text(groups.get(entry.getKey()), entry.getValue()));
        }
        finished.addAll(moved);
        return String.join(", ", finished);
    }

    private static String text(Group group, long[] range) {
        String ports = range[0] == range[1] ? Long.toString(range[0]) : range[0] + "-" + range[1];
        String published = group.published() ? address(group.address()) + ":" + ports + "->" : "";
        return published + ports + "/" + group.type();
    }

    private static String address(String address) {
        return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    }
}
