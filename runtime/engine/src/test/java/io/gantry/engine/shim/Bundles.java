package io.gantry.engine.shim;

import io.gantry.engine.oci.OciRequest;
import io.gantry.engine.oci.OciRequest.ProcessRequest;
import io.gantry.engine.oci.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        ProcessRequest process = new ProcessRequest(
                List.of(arguments), List.of("PATH=/bin"), "", "", List.of(), tty, Optional.empty(), List.of(), 0);
        OciSpec.write(OciSpec.build(request(id, process)), bundle.resolve("config.json"));
        return bundle;
    }

    OciRequest request(String id, ProcessRequest process) {
        return new OciRequest(
                id,
                rootfs,
                false,
                process,
                "host-" + id.substring(0, 4),
                "",
                List.of(),
                OciRequest.Shm.DEFAULT,
                OciRequest.Namespaces.standard(OciRequest.Namespace.PRIVATE),
                OciRequest.Security.STANDARD,
                OciRequest.Resources.NONE,
                "/gantry-test",
                Map.of(),
                false,
                Map.of());
    }

    Path rootfs() {
        return rootfs;
    }
}
