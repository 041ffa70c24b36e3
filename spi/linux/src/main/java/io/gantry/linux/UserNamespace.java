package io.gantry.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** User namespaces made only to say how ids are mapped; nobody lives in them. */
final class UserNamespace {
    private UserNamespace() {}

    /**
     * A new user namespace with these maps. It goes when the descriptor is closed and no mount uses it any more. A process with several threads cannot enter one, so another program is the first
     * in it, for a moment.
     *
     * @throws KernelException EPERM without privilege, EINVAL if the kernel takes no such map, ENOSPC beyond the limit of user namespaces
     */
    static Fd of(IdMap map) {
        Process process;
        try {
            // It answers once it is in the namespace, and ends with its input.
            process = new ProcessBuilder("unshare", "--user", "cat").start();
        } catch (IOException e) {
            KernelException failure = new KernelException(
                    "unshare",
                    "user",
                    Errno.ENOENT,
                    "the program unshare of util-linux cannot be run: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
        try (OutputStream in = process.getOutputStream();
                InputStream out = process.getInputStream()) {
            greet(process, in, out);
            Path directory = Path.of("/proc", Long.toString(process.pid()));
            write(directory.resolve("uid_map"), map.users());
            write(directory.resolve("gid_map"), map.groups());
            return Fd.open(directory.resolve("ns/user"), OpenFlags.O_RDONLY);
        } catch (IOException e) {
            KernelException failure = new KernelException("unshare", "user", Errno.EIO, e.getMessage());
            failure.initCause(e);
            throw failure;
        } finally {
            end(process);
        }
    }

    private static void greet(Process process, OutputStream in, InputStream out) throws IOException {
        try {
            in.write('\n');
            in.flush();
        } catch (IOException e) {
            throw refused(process, e);
        }
        if (out.read() < 0) {
            throw refused(process, null);
        }
    }

    private static KernelException refused(Process process, IOException cause) {
        String said;
        try (InputStream err = process.getErrorStream()) {
            said = new String(err.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            said = e.getMessage();
        }
        KernelException failure = new KernelException(
                "unshare",
                "user",
                Errno.EPERM,
                said
                        + "; user namespaces may be turned off by user.max_user_namespaces or kernel.unprivileged_userns_clone");
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }

    private static void write(Path file, List<IdMap.Range> ranges) {
        String text = ranges.stream().map(IdMap.Range::toString).collect(Collectors.joining());
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (Fd fd = Fd.open(file, OpenFlags.O_WRONLY)) {
            if (LibC.calls().write(fd.value(), bytes, bytes.length) != bytes.length) {
                throw KernelException.last("write", file.toString())
                        .because("the kernel does not take the map "
                                + text.strip().replace('\n', ','));
            }
        }
    }

    private static void end(Process process) {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
