package io.gantry.engine.shim;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Bundles with Debian's static busybox, each beside a root file system that all share. */
final class Bundles {
    private static final List<String> APPLETS = List.of(
            "sh", "true", "echo", "cat", "sleep", "kill", "stty", "id", "pwd", "env", "yes", "head", "tty", "dd");

    private final Path directory;
    private final Path rootfs;

    Bundles(Path directory) throws IOException {
        this.directory = directory;
        this.rootfs = Files.createDirectories(directory.resolve("rootfs"));
        Path bin = Files.createDirectories(rootfs.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        for (String applet : APPLETS) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        for (String mountPoint : List.of("proc", "dev", "sys", "tmp", "etc")) {
            Files.createDirectories(rootfs.resolve(mountPoint));
        }
        Files.writeString(bin.resolve("plain"), "not a program");
    }

    Path bundle(String id, boolean tty, String... arguments) throws IOException {
        Path bundle = Files.createDirectories(directory.resolve("containers").resolve(id));
        List<Map<String, String>> namespaces = new ArrayList<>();
        for (String type : List.of("mount", "pid", "ipc", "uts", "network")) {
            namespaces.add(Map.of("type", type));
        }
        Map<String, Object> config = Map.of(
                "ociVersion",
                "1.0.2",
                "process",
                Map.of(
                        "terminal",
                        tty,
                        "args",
                        arguments,
                        "env",
                        List.of("PATH=/bin"),
                        "cwd",
                        "/",
                        "user",
                        Map.of("uid", 0, "gid", 0)),
                "root",
                Map.of("path", rootfs.toString()),
                "mounts",
                List.of(
                        Map.of("destination", "/proc", "type", "proc", "source", "proc"),
                        Map.of("destination", "/dev", "type", "tmpfs", "source", "tmpfs"),
                        Map.of("destination", "/dev/pts", "type", "devpts", "source", "devpts")),
                "linux",
                Map.of("namespaces", namespaces, "cgroupsPath", "/gantry-test/" + id));
        Files.write(bundle.resolve("config.json"), new JsonMapper().writeValueAsBytes(config));
        return bundle;
    }
}
