package io.gantry.volume.local;

import io.gantry.linux.MountRequest;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is mounted on a volume's directory while somebody uses it, from the options {@code type}, {@code device} and {@code o}. */
record VolumeSource(String type, String device, List<String> options) {
    static final String TYPE = "type";
    static final String DEVICE = "device";
    static final String OPTIONS = "o";
    static final String SIZE = "size";

    private static final Set<String> BY_ADDRESS = Set.of("nfs", "nfs4", "cifs");
    private static final String ADDRESS = "addr=";

    VolumeSource {
        options = List.copyOf(options);
    }

    /**
     * Reads a volume's options.
     *
     * @return empty for a plain directory
     * @throws InvalidArgumentException if one is given without those it needs
     */
    static Optional<VolumeSource> of(String volume, Map<String, String> given) {
        require(volume, given, TYPE, DEVICE);
        require(volume, given, DEVICE, TYPE);
        require(volume, given, OPTIONS, DEVICE);
        require(volume, given, OPTIONS, TYPE);
        if (!given.containsKey(TYPE)) {
            return Optional.empty();
        }
        List<String> options = List.of(given.getOrDefault(OPTIONS, "").split(",")).stream()
                .filter(option -> !option.isBlank())
                .toList();
        return Optional.of(new VolumeSource(given.get(TYPE), given.get(DEVICE), options));
    }

    /** The mount to make. The kernel knows no host names, so a server's is looked up here, each time anew. */
    MountRequest request() {
        List<String> resolved = new ArrayList<>();
        for (String option : options) {
            boolean names = BY_ADDRESS.contains(type) && option.startsWith(ADDRESS);
            resolved.add(names ? ADDRESS + address(option.substring(ADDRESS.length())) : option);
        }
        return new MountRequest(type, device, resolved);
    }

    private static String address(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IoFailureException(
                    new Problem(
                            "mount a network volume",
                            "error resolving passed in network volume address: lookup " + host + ": no such host",
                            "check addr= in the volume's option o, and the name server"),
                    e);
        }
    }

    private static void require(String volume, Map<String, String> given, String option, String needed) {
        if (given.containsKey(option) && !given.containsKey(needed)) {
            throw new InvalidArgumentException(new Problem(
                    "create volume " + volume,
                    "missing required option: \"" + needed + "\"",
                    "option " + option + " needs it: give -o " + needed + "=..."));
        }
    }
}
