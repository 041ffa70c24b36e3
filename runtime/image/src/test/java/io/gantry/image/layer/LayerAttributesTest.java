package io.gantry.image.layer;

import static io.gantry.image.testing.TarItem.block;
import static io.gantry.image.testing.TarItem.character;
import static io.gantry.image.testing.TarItem.dir;
import static io.gantry.image.testing.TarItem.fifo;
import static io.gantry.image.testing.TarItem.file;
import static io.gantry.image.testing.TarItem.hardLink;
import static io.gantry.image.testing.TarItem.symlink;
import static io.gantry.image.testing.TarItem.whiteout;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.LayerStack.Mode;
import io.gantry.image.testing.Tars;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What entries look like once they are made. */
class LayerAttributesTest {
    private static final byte[] CAPABILITY = {
        1, 0, 0, 2, (byte) 0x80, (byte) 0x24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final long TIME = 1_234_567_890;

    @ParameterizedTest
    @EnumSource
    void ownerModeAndTimeAreTheArchives(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(
                    file("f", "x").mode(06755).owner(70_000, 4_000_000_000L).pax("mtime", "1234567890.987654321"),
                    dir("d").mode(01777).owner(3, 4).time(TIME),
                    symlink("l", "f").owner(5, 6).time(TIME),
                    fifo("p").mode(0640).owner(7, 8).time(TIME),
                    character("c", 1, 3).mode(0666).owner(9, 10).time(TIME),
                    block("b", 259, 70_000).mode(0660).time(TIME),
                    file("locked", "x").mode(0),
                    file("old", "").pax("mtime", "-1000"),
                    file("future", "").pax("mtime", "4611686018427387903"));

            assertLooks(stack.stat("f"), FileKind.REGULAR, 06755, 70_000, 4_000_000_000L);
            assertThat(stack.stat("f").mtimeNanos()).isEqualTo(987_654_321);
            assertLooks(stack.stat("d"), FileKind.DIRECTORY, 01777, 3, 4);
            assertLooks(stack.stat("l"), FileKind.SYMLINK, 0777, 5, 6);
            assertLooks(stack.stat("p"), FileKind.FIFO, 0640, 7, 8);
            assertLooks(stack.stat("c"), FileKind.CHARACTER_DEVICE, 0666, 9, 10);
            assertThat(stack.stat("c").rdevice()).isEqualTo(DeviceNumber.of(1, 3));
            assertLooks(stack.stat("b"), FileKind.BLOCK_DEVICE, 0660, 0, 0);
            assertThat(stack.stat("b").rdevice()).isEqualTo(DeviceNumber.of(259, 70_000));
            assertThat(stack.stat("locked").mode()).isZero();
            assertThat(stack.stat("old").mtimeSeconds())
                    .as("times before 1970 are 1970, as with Docker")
                    .isZero();
            assertThat(stack.stat("future").mtimeSeconds())
                    .as("as far as the file system goes")
                    .isPositive();
        }
    }

    private static void assertLooks(Stat stat, FileKind kind, int mode, long uid, long gid) {
        assertThat(stat.kind()).isEqualTo(kind);
        assertThat(Integer.toOctalString(stat.mode())).isEqualTo(Integer.toOctalString(mode));
        assertThat(stat.uid()).isEqualTo(uid);
        assertThat(stat.gid()).isEqualTo(gid);
        assertThat(stat.mtimeSeconds()).isEqualTo(TIME);
        assertThat(stat.atimeSeconds()).isEqualTo(TIME);
    }

    /** A change of owner takes set-uid and capabilities away, a change of mode does not give capabilities back. */
    @ParameterizedTest
    @EnumSource
    void capabilitiesAndSetUidSurviveTheChangeOfOwner(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(file("f", "x").mode(04755).owner(1000, 1000).xattr("security.capability", CAPABILITY));
            assertThat(xattrs(stack, "f").value("security.capability").orElseThrow())
                    .isEqualTo(CAPABILITY);
            assertThat(stack.stat("f").mode()).isEqualTo(04755);
        }
    }

    @ParameterizedTest
    @EnumSource
    void timesOfDirectoriesAreThoseOfTheArchiveWhateverIsMadeInThem(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(
                    dir("d").time(TIME),
                    file("d/f", "x"),
                    dir("d/s").time(TIME - 1),
                    file("d/s/g", "x"),
                    file("d/h", "x"),
                    dir("./").time(TIME - 2));
            assertThat(stack.stat("d").mtimeSeconds()).isEqualTo(TIME);
            assertThat(stack.stat("d/s").mtimeSeconds()).isEqualTo(TIME - 1);
            assertThat(stack.stat("").mtimeSeconds()).isEqualTo(TIME - 2);

            stack.apply(
                    dir("d").time(TIME + 5),
                    whiteout("d/f"),
                    file("d/s/new", "x"),
                    dir("d/s").time(TIME + 6));
            assertThat(stack.stat("d").mtimeSeconds()).isEqualTo(TIME + 5);
            assertThat(stack.stat("d/s").mtimeSeconds()).isEqualTo(TIME + 6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDirectoryWithoutEntryKeepsWhatTheLayerBeneathGaveIt(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(
                    dir("d").mode(02750).owner(11, 12).xattr("user.a", new byte[] {(byte) 0x80}),
                    dir("d/s").mode(0711).owner(13, 14));
            stack.apply(file("d/s/f", "x"), whiteout("d/s/g"));

            assertThat(stack.stat("d").mode()).isEqualTo(02750);
            assertThat(stack.stat("d").uid()).isEqualTo(11);
            assertThat(stack.stat("d").gid()).isEqualTo(12);
            assertThat(stack.stat("d/s").mode()).isEqualTo(0711);
            assertThat(stack.stat("d/s").gid()).isEqualTo(14);
            assertThat(xattrs(stack, "d").value("user.a").orElseThrow()).containsExactly(0x80);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNewDirectoryWithoutEntryIsRootsWhateverItsParentIs(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(dir("d").mode(02770).owner(11, 12), file("d/new/f", "x"), file("d/own", "x"));
            assertThat(stack.stat("d/new").mode()).isEqualTo(0755);
            assertThat(stack.stat("d/new").uid()).isZero();
            assertThat(stack.stat("d/new").gid()).isZero();
            assertThat(stack.stat("d/own").gid()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDirectoryEntryGivesADirectoryOfTheLayerBeneathNewAttributes(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(dir("d").mode(0700).owner(1, 1), file("d/f", "x"));
            stack.apply(dir("d").mode(0755).owner(2, 2).time(TIME));
            assertLooks(stack.stat("d"), FileKind.DIRECTORY, 0755, 2, 2);
            assertThat(stack.shown()).containsExactly("d/", "d/f=x");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRootsEntryIsForTheRoot(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(
                    dir("./").mode(0711).owner(21, 22).time(TIME).xattr("user.root", new byte[] {1}), file("f", "x"));
            assertLooks(stack.stat(""), FileKind.DIRECTORY, 0711, 21, 22);
            assertThat(xattrs(stack, "").value("user.root")).isPresent();
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesOfAHardLinkAreOneFile(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(file("a", "x").mode(04711).owner(1, 2).time(TIME).xattr("user.a", new byte[] {7}));
            stack.apply(hardLink("b", "a").mode(0777).owner(9, 9), hardLink("d/c", "b"));

            assertLooks(stack.stat("b"), FileKind.REGULAR, 04711, 1, 2);
            assertThat(stack.stat("b").inode())
                    .isEqualTo(stack.stat("d/c").inode())
                    .isEqualTo(stack.stat("a").inode());
            assertThat(xattrs(stack, "b").value("user.a").orElseThrow()).containsExactly(7);
        }
    }

    @ParameterizedTest
    @EnumSource
    void binaryAttributesOfEveryKindOfFile(Mode mode) throws IOException {
        byte[] value = {0, (byte) 0x80, (byte) 0xFF, '\n'};
        try (LayerStack stack = new LayerStack(mode)) {
            AppliedLayer applied = stack.apply(
                    file("f", "x").xattr("user.a", value).xattr("trusted.b", value),
                    dir("d").xattr("user.a", value),
                    symlink("l", "f").xattr("trusted.c", value),
                    symlink("m", "f").xattr("user.a", value),
                    fifo("p").xattr("trusted.d", value));

            assertThat(xattrs(stack, "f").value("user.a").orElseThrow()).isEqualTo(value);
            assertThat(xattrs(stack, "f").value("trusted.b").orElseThrow()).isEqualTo(value);
            assertThat(xattrs(stack, "d").value("user.a").orElseThrow()).isEqualTo(value);
            assertThat(xattrs(stack, "l").value("trusted.c").orElseThrow()).isEqualTo(value);
            assertThat(xattrs(stack, "p").value("trusted.d").orElseThrow()).isEqualTo(value);
            assertThat(applied.warnings())
                    .as("the kernel allows no user attributes on symbolic links")
                    .singleElement()
                    .asString()
                    .contains("user.a", "\"m\"", "is left out");
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhatItDid(Mode mode) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            byte[] tar = Tars.concat(Tars.tar(dir("d"), file("d/f", "hello"), whiteout("x")), new byte[4096]);
            AppliedLayer applied = stack.apply(tar);
            assertThat(applied.diffId()).as("what stands behind the end counts").isEqualTo(Tars.digest(tar));
            assertThat(applied.archiveBytes()).isEqualTo(tar.length);
            assertThat(applied.contentBytes()).isEqualTo(5);
            assertThat(applied.entries()).isEqualTo(3);
            assertThat(applied.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"DIRECT, 2040", "OVERLAY, 300", "OVERLAY_PENDING, 300"})
    void aNameMayBeAsDeepAsThereAre(Mode mode, int depth) throws IOException {
        try (LayerStack stack = new LayerStack(mode)) {
            stack.apply(file("n", "").pax("path", "d/".repeat(depth) + "f"));
            OpenDirectory at = OpenDirectory.open(stack.layer(0));
            for (int i = 0; i < depth; i++) {
                OpenDirectory next = at.directory("d");
                at.close();
                at = next;
            }
            at.open("f", OpenFlags.O_RDONLY, 0).close();
            assertThat(at.list()).hasSize(1);
            at.close();
        }
    }

    private static Xattrs xattrs(LayerStack stack, String path) throws IOException {
        Path whole = path.isEmpty() ? stack.merged() : stack.merged().resolve(path);
        return Xattrs.of(whole);
    }
}
