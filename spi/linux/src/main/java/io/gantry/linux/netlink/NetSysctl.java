package io.gantry.linux.netlink;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Network settings under {@code /proc/sys/net}, of which each network namespace has its own.
 *
 * <p>A key is written as for sysctl(8), {@code net.ipv4.ip_forward}, or with slashes, {@code net/ipv4/conf/eth0.5/forwarding},
 * which is the only way to name an interface with a dot. Stateless and thread-safe.
 */
public final class NetSysctl {

    private static final Path SYS = Path.of("/proc/sys");
    private static final int LONGEST = 4096;

    private NetSysctl() {}

    /**
     * Sets one value in the namespace that the file stands for.
     *
     * @throws IllegalArgumentException if the key is not one of {@code net}
     * @throws UncheckedIOException     if the kernel does not know the key or refuses the value, or /proc/sys is read-only
     */
    public static void write(Path netns, String key, String value) {
        write(netns, Map.of(key, value));
    }

    /** {@link #write(Path, String, String)} of several, on one visit to the namespace, in the map's order. */
    public static void write(Path netns, Map<String, String> values) {
        Namespaces.in(netns, NamespaceKind.NETWORK, () -> {
            values.forEach(NetSysctl::write);
            return values.size();
        });
    }

    /** Sets one value in the calling thread's namespace. */
    public static void write(String key, String value) {
        try {
            // Neither created nor truncated: both are refused here.
            Files.write(file(key), value.getBytes(StandardCharsets.UTF_8), StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed("set " + key + "=" + value, e);
        }
    }

    /** A value in the namespace that the file stands for, without the line's end. */
    public static String read(Path netns, String key) {
        return Namespaces.in(netns, NamespaceKind.NETWORK, () -> read(key));
    }

    /** A value in the calling thread's namespace, without the line's end. */
    public static String read(String key) {
        // In one read: of a list of numbers, the kernel gives nothing to a read that begins behind the start.
        try (InputStream in = Files.newInputStream(file(key))) {
            return new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw failed("read " + key, e);
        }
    }

    private static Path file(String key) {
        String path = key.indexOf('/') >= 0 ? key : key.replace('.', '/');
        Path file = SYS.resolve(path).normalize();
        if (!path.startsWith("net/") || !file.startsWith(SYS.resolve("net"))) {
            throw new IllegalArgumentException("not a network sysctl: '" + key + "' (want net.…)");
        }
        return file;
    }

    private static UncheckedIOException failed(String what, IOException cause) {
        String reason = cause instanceof NoSuchFileException
                ? "this kernel has no such setting, or no such interface is in the namespace"
                : cause.getMessage();
        return new UncheckedIOException("sysctl: " + what + ": " + reason, cause);
    }
}
