package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system in a sparse file on a loop device, for the tests that need a certain kind. */
final class LoopImage implements AutoCloseable {
    private final String device;

    private LoopImage(String device) {
        this.device = device;
    }

    static LoopImage format(Path image, long size, String... mkfs) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(size);
        }
        List<String> command = new ArrayList<>(List.of(mkfs));
        command.add(image.toString());
        run(command);
        return new LoopImage(
                run(List.of("losetup", "--find", "--show", image.toString())).strip());
    }

    String device() {
        return device;
    }

    @Override
    public void close() throws IOException {
        run(List.of("losetup", "--detach", device));
    }

    static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.onExit().join().exitValue())
                .as("%s: %s", command, output)
                .isZero();
        return output;
    }
}
