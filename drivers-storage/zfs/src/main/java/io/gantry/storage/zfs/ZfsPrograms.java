package io.gantry.storage.zfs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** OpenZFS's programs {@code zfs} and {@code zpool}. Thread-safe. */
final class ZfsPrograms {
    static final String INSTALL_PROGRAMS = "install zfsutils-linux, or whatever package brings zfs and zpool here";
    static final String LOAD_MODULE =
            "load it with modprobe zfs; where there is no such module install zfs-dkms and the kernel's headers";
    static final String BE_ROOT = "run the daemon as root, outside of containers";

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

    private final Path zfs;
    private final Path zpool;

    private ZfsPrograms(Path zfs, Path zpool) {
        this.zfs = zfs;
        this.zpool = zpool;
    }

    /** The programs on the daemon's path, or where systems keep such programs; empty if one is missing. */
    static Optional<ZfsPrograms> find() {
        return find("zfs").flatMap(zfs -> find("zpool").map(zpool -> new ZfsPrograms(zfs, zpool)));
    }

    /**
     * Runs {@code zfs} and gives what it writes.
     *
     * @throws ZfsFailure if it fails or does not end in time
     */
    String zfs(String... arguments) {
        return run(zfs, List.of(arguments), "");
    }

    /** The same with many arguments. */
    String zfs(List<String> arguments) {
        return run(zfs, arguments, "");
    }

    /** The same with something on its standard input. */
    String zfs(String input, List<String> arguments) {
        return run(zfs, arguments, input);
    }

    /** As {@link #zfs(String...)}. */
    String zpool(String... arguments) {
        return run(zpool, List.of(arguments), "");
    }

    private static String run(Path program, List<String> arguments, String input) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        String shown = program.getFileName() + " " + abridged(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new ZfsFailure(ZfsFailure.Kind.NO_PROGRAM, shown + ": " + e.getMessage(), e);
        }
        try {
            FutureTask<String> output = reading(process.getInputStream());
            FutureTask<String> errors = reading(process.getErrorStream());
            write(process.getOutputStream(), input);
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new ZfsFailure(
                        ZfsFailure.Kind.TIMEOUT,
                        shown + ": it did not end within " + LIMIT.toMinutes() + " minutes",
                        null);
            }
            if (process.exitValue() != 0) {
                throw ZfsFailure.of(shown, process.exitValue(), errors.get());
            }
            return output.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ZfsFailure(ZfsFailure.Kind.OTHER, shown + ": the call was interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new ZfsFailure(ZfsFailure.Kind.OTHER, shown + ": its output cannot be read", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static FutureTask<String> reading(InputStream stream) {
        FutureTask<String> task = new FutureTask<>(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
        });
        Thread reader = new Thread(task, "zfs-output");
        reader.setDaemon(true);
        reader.start();
        return task;
    }

    private static void write(OutputStream stream, String input) {
        try (stream) {
            stream.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading; its exit code says why.
            if (!String.valueOf(e.getMessage()).contains("Broken pipe")) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String abridged(List<String> arguments) {
        String all = String.join(" ", arguments);
        return all.length() <= 300 ? all : all.substring(0, 300) + "…";
    }

    private static Optional<Path> find(String program) {
        String own = System.getenv().getOrDefault("PATH", "");
        return Stream.of((own + ":" + SYSTEM_PATH).split(":"))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
