package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.storage.devicemapper.FsType.Super;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Superblocks as the mkfs programs write them. */
class FsTypeTest {
    private static final String UUID = "01234567-89ab-cdef-0123-456789abcdef";
    private static final long SIZE = 320L << 20;

    @TempDir
    Path temp;

    @ParameterizedTest
    @EnumSource
    void aSuperblockTellsTypeUuidAndCounts(FsType type) throws IOException {
        assumeThat(Program.find(type.mkfs())).as("%s is installed", type.mkfs()).isPresent();
        Path image = image();
        List<String> arguments = new ArrayList<>(type.mkfsArguments(false));
        arguments.addAll(type == FsType.EXT4 ? List.of("-U", UUID) : List.of("-m", "uuid=" + UUID));
        arguments.add(image.toString());
        Program.run("make a file system", type.mkfs(), arguments, type.debianPackage());

        Super found = FsType.on(image).orElseThrow();

        assertThat(found.type()).isEqualTo(type);
        assertThat(found.uuid()).hasToString(UUID);
        assertThat(found.bytes()).isEqualTo(SIZE);
        assertThat(found.blockSize()).isIn(1024L, 4096L);
        assertThat(found.usedBytes()).isBetween(1L << 20, 128L << 20);
        assertThat(found.usedInodes()).isBetween(3L, 20L);
    }

    @Test
    void somethingElseIsNoFileSystemOfOurs() throws IOException {
        assertThat(FsType.on(image())).isEmpty();
        assertThat(FsType.on(Files.writeString(temp.resolve("short"), "XFS"))).isEmpty();
    }

    private Path image() throws IOException {
        Path image = temp.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        return image;
    }
}
