package io.gantry.engine.stats;

import io.gantry.engine.Containers.InterfaceCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the interfaces of a container count. */
final class NetworkCounters {
    private static final int RECEIVED_BYTES = 0;
    private static final int RECEIVED_PACKETS = 1;
    private static final int SENT_BYTES = 8;
    private static final int SENT_PACKETS = 9;

    private NetworkCounters() {}

    /** By name, without loopback. None if the container has the host's network, whose interfaces are not its own. */
    static Map<String, InterfaceCounters> of(long pid) {
        Path process = Path.of("/proc", Long.toString(pid));
        try {
            Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
            if (Files.readSymbolicLink(process.resolve("ns/net")).equals(own)) {
                return Map.of();
            }
        } catch (IOException e) {
            return Map.of();
        }
        return parse(Cgroups.read(process.resolve("net/dev")));
    }

    /** Two lines of titles, then {@code eth0: bytes packets …}, eight numbers for each direction. */
    static Map<String, InterfaceCounters> parse(List<String> lines) {
        Map<String, InterfaceCounters> counters = new LinkedHashMap<>();
        for (String line : lines) {
            int colon = line.lastIndexOf(':');
            String[] numbers = line.substring(colon + 1).strip().split(" +");
            if (colon > 0 && numbers.length > SENT_PACKETS) {
                counters.put(
                        line.substring(0, colon).strip(),
                        new InterfaceCounters(
                                Long.parseLong(numbers[RECEIVED_BYTES]),
                                Long.parseLong(numbers[RECEIVED_PACKETS]),
                                Long.parseLong(numbers[SENT_BYTES]),
                                Long.parseLong(numbers[SENT_PACKETS])));
            }
        }
        counters.remove("lo");
        return counters;
    }
}
