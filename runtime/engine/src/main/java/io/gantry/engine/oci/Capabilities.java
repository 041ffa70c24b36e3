package io.gantry.engine.oci;

import io.gantry.engine.EngineException;
import io.gantry.linux.Capability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** Which capabilities a container gets: Docker's fourteen, changed by {@code --cap-add} and {@code --cap-drop}. */
final class Capabilities {
    private static final String ALL = "ALL";
    private static final List<Capability> STANDARD = List.of(
            Capability.CAP_CHOWN,
            Capability.CAP_DAC_OVERRIDE,
            Capability.CAP_FSETID,
            Capability.CAP_FOWNER,
            Capability.CAP_MKNOD,
            Capability.CAP_NET_RAW,
            Capability.CAP_SETGID,
            Capability.CAP_SETUID,
            Capability.CAP_SETFCAP,
            Capability.CAP_SETPCAP,
            Capability.CAP_NET_BIND_SERVICE,
            Capability.CAP_SYS_CHROOT,
            Capability.CAP_KILL,
            Capability.CAP_AUDIT_WRITE);

    private final Set<Capability> available;

    Capabilities(Collection<Capability> available) {
        this.available = available.isEmpty() ? EnumSet.noneOf(Capability.class) : EnumSet.copyOf(available);
    }

    /** Those that this kernel has and the engine may pass on: its own bounding set. */
    static Capabilities ofThisHost() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            long mask = lines.filter(line -> line.startsWith("CapBnd:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(line.indexOf(':') + 1).trim(), 16))
                    .findFirst()
                    .orElse(0);
            Capability[] byNumber = Capability.values();
            return new Capabilities(IntStream.range(0, byNumber.length)
                    .filter(number -> (mask >>> number & 1) == 1)
                    .mapToObj(number -> byNumber[number])
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the engine's own capabilities", e);
        }
    }

    /**
     * The names, as the OCI specification has them.
     *
     * @throws EngineException if a name is unknown or not available here
     */
    List<String> of(boolean privileged, List<String> add, List<String> drop) {
        Set<String> added = normalize(add, "invalid CapAdd: ");
        Set<String> dropped = normalize(drop, "invalid CapDrop: ");
        Set<String> result = new LinkedHashSet<>();
        if (privileged || added.contains(ALL)) {
            available.forEach(capability -> result.add(capability.name()));
            if (!privileged) {
                result.removeAll(dropped);
            }
            return List.copyOf(result);
        }
        if (!dropped.contains(ALL)) {
            STANDARD.stream().filter(available::contains).forEach(capability -> result.add(capability.name()));
            result.removeAll(dropped);
        }
        result.addAll(added);
        return List.copyOf(result);
    }

    private Set<String> normalize(List<String> names, String where) {
        Set<String> result = new LinkedHashSet<>();
        for (String given : names) {
            String upper = given.toUpperCase(Locale.ROOT);
            String name = upper.equals(ALL) || upper.startsWith("CAP_") ? upper : "CAP_" + upper;
            if (!name.equals(ALL)) {
                check(name, where);
            }
            result.add(name);
        }
        return result;
    }

    private void check(String name, String where) {
        Capability capability = Arrays.stream(Capability.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> invalid(where + "unknown capability: \"" + name + "\""));
        if (!available.contains(capability)) {
            throw invalid(
                    where + "capability not supported by your kernel or not available in the current environment: \""
                            + name + "\"");
        }
    }

    private static EngineException invalid(String message) {
        return new EngineException(EngineException.Kind.INVALID, message);
    }
}
