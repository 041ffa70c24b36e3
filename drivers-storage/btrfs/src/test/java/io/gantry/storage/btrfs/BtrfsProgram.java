package io.gantry.storage.btrfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program {@code btrfs}, as the witness of what the driver does without it. */
final class BtrfsProgram {
    private BtrfsProgram() {}

    /** Its output, by lines. */
    static List<String> run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("btrfs"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.onExit().join().exitValue();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + ": " + output.strip());
        }
        return output.lines().toList();
    }

    /** The paths of all subvolumes. */
    static List<String> subvolumes(Path mounted) throws IOException {
        return run("subvolume", "list", mounted.toString()).stream()
                .map(line -> line.substring(line.indexOf(" path ") + 6))
                .toList();
    }

    /** The quota groups of level 0 but that of the file system's top. */
    static List<String> groups(Path mounted) throws IOException {
        return run("qgroup", "show", "--sync", mounted.toString()).stream()
                .map(line -> line.strip().split("\\s+")[0])
                .filter(id -> id.startsWith("0/") && !id.equals("0/5"))
                .toList();
    }
}
