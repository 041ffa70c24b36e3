package io.gantry.image.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.layer.ApplyOptions.Beneath;
import io.gantry.image.testing.Programs;
import io.gantry.image.testing.TarItem;
import io.gantry.image.testing.Tars;
import io.gantry.linux.DeviceNumber;
import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import io.gantry.tck.storage.TreeListing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Layers applied one on top of another in one of the ways a driver may want it, and what the whole then shows. Beside them lie trees that nothing may ever touch. */
final class LayerStack implements AutoCloseable {
    /** How layers are applied. */
    enum Mode {
        DIRECT(WhiteoutDialect.DIRECT),
        OVERLAY(WhiteoutDialect.OVERLAY),
        OVERLAY_USERXATTR(WhiteoutDialect.OVERLAY_USERXATTR),
        /** Each by itself first, on its parents only where that does not do. */
        OVERLAY_PENDING(WhiteoutDialect.OVERLAY);

        final WhiteoutDialect dialect;

        Mode(WhiteoutDialect dialect) {
            this.dialect = dialect;
        }
    }

    /** A tree with {@code secret} and {@code d/secret} in it, to be reached by absolute names; one like it is at {@code ../outside} of the layers' roots. */
    static final Path ELSEWHERE =
            Path.of("/tmp", "gantry-elsewhere-" + ProcessHandle.current().pid());

    private final Mode mode;
    private final Path base;
    private final List<Path> beside;
    private final List<Path> layers = new ArrayList<>();
    private final List<Path> mounts = new ArrayList<>();
    private final List<String> canaries;
    private final ExpectedTree expected = ExpectedTree.empty();
    private boolean spoilt;
    private int waited;

    LayerStack(Mode mode) throws IOException {
        Programs.assumeRoot();
        this.mode = mode;
        this.base = Files.createTempDirectory("gantry-layers-").toRealPath();
        this.beside =
                List.of(ELSEWHERE, base.resolve("outside"), base.resolve("layer0-evil"), base.resolve("layer1-evil"));
        for (Path canary : beside) {
            Files.createDirectories(canary.resolve("d"));
            Files.writeString(canary.resolve("d/secret"), "secret");
            Files.writeString(canary.resolve("secret"), "secret");
        }
        this.canaries = canaries();
    }

    /** Where the layers' own directories are. */
    Path layer(int index) {
        return layers.get(index);
    }

    /** How many layers had to wait for their parents. */
    int waited() {
        return waited;
    }

    AppliedLayer apply(TarItem... items) throws IOException {
        return apply(Tars.tar(items));
    }

    AppliedLayer apply(byte[] tar) throws IOException {
        return expected(tar, applied(tar));
    }

    /** Every test of this way to apply layers is one of the model of it. */
    private AppliedLayer expected(byte[] tar, AppliedLayer applied) throws IOException {
        assertThat(expected.add(new ByteArrayInputStream(tar))).isEqualTo(applied.diffId());
        return applied;
    }

    private AppliedLayer applied(byte[] tar) throws IOException {
        Beneath beneath = layers.isEmpty() ? Beneath.NOTHING : Beneath.PARENTS;
        if (mode == Mode.OVERLAY_PENDING && beneath == Beneath.PARENTS) {
            Path directory = newLayer();
            try {
                AppliedLayer applied = apply(
                        tar, new LayerTarget(directory, mode.dialect, List.of()), ApplyOptions.over(Beneath.PENDING));
                new LayerApplier()
                        .settle(
                                new LayerTarget(directory, mode.dialect, List.of()),
                                topmostFirst(),
                                applied.unsettled());
                layers.add(directory);
                return applied;
            } catch (ParentsNeededException e) {
                waited++;
                remove(directory);
            }
        }
        return applied(tar, ApplyOptions.over(beneath));
    }

    AppliedLayer apply(byte[] tar, ApplyOptions options) throws IOException {
        return expected(tar, applied(tar, options));
    }

    private AppliedLayer applied(byte[] tar, ApplyOptions options) throws IOException {
        boolean direct = mode == Mode.DIRECT;
        Path directory = direct && !layers.isEmpty() ? layers.get(0) : newLayer();
        List<Path> parents = direct ? List.of() : topmostFirst();
        layers.add(directory);
        return apply(tar, new LayerTarget(directory, mode.dialect, parents), options);
    }

    private AppliedLayer apply(byte[] tar, LayerTarget target, ApplyOptions options) throws IOException {
        boolean done = false;
        try {
            AppliedLayer applied = new LayerApplier().apply(new ByteArrayInputStream(tar), target, options);
            done = true;
            return applied;
        } catch (ParentsNeededException e) {
            done = true;
            throw e;
        } finally {
            spoilt |= !done;
        }
    }

    /** Nothing may be left that is not as the layers say. */
    private void assertAsExpected() throws IOException {
        if (!spoilt && !layers.isEmpty()) {
            try (OpenDirectory root = OpenDirectory.open(merged())) {
                // a driver sees to the root of layers that are kept apart
                boolean apart = mode != Mode.DIRECT;
                assertThat(TreeVerification.compare(
                                expected, root, TreeVerification.Contents.ALL, path -> apart && path.equals("/")))
                        .as("differences from what the layers say")
                        .isEmpty();
            }
        }
    }

    private List<Path> topmostFirst() {
        List<Path> parents = new ArrayList<>(layers);
        Collections.reverse(parents);
        return parents;
    }

    private Path newLayer() throws IOException {
        Path directory = Files.createDirectory(base.resolve("layer" + layers.size()));
        try (OpenDirectory parent = OpenDirectory.open(base)) {
            parent.changeMode(directory.getFileName().toString(), 0755);
        }
        return directory;
    }

    /** Where the whole can be looked at. */
    Path merged() throws IOException {
        if (mode == Mode.DIRECT || layers.size() == 1) {
            return layers.get(0);
        }
        List<String> options = new ArrayList<>();
        for (int i = layers.size() - 1; i >= 0; i--) {
            options.add("lowerdir+=" + layers.get(i));
        }
        if (mode == Mode.OVERLAY_USERXATTR) {
            options.add("userxattr");
        }
        Path target = Files.createDirectory(base.resolve("merged" + mounts.size()));
        Mounts.mount(new MountRequest("overlay", "overlay", options), target);
        mounts.add(target);
        Mounts.makePrivate(target);
        return target;
    }

    /** What the whole shows, a line for each name: {@code d/}, {@code d/f=content}, {@code l->target}, {@code c:CHARACTER_DEVICE 1:3}. */
    List<String> shown() throws IOException {
        List<String> lines = new ArrayList<>();
        try (OpenDirectory root = OpenDirectory.open(merged())) {
            list(root, "", lines);
        }
        Collections.sort(lines);
        return lines;
    }

    private static void list(OpenDirectory directory, String prefix, List<String> lines) throws IOException {
        for (DirectoryEntry entry : directory.list()) {
            String path = prefix + entry.name();
            Stat stat = directory.stat(entry.name()).orElseThrow(() -> new IOException(path + " cannot be opened"));
            switch (stat.kind()) {
                case DIRECTORY -> {
                    lines.add(path + "/");
                    try (OpenDirectory child = directory.directory(entry.name())) {
                        list(child, path + "/", lines);
                    }
                }
                case REGULAR -> {
                    try (var file = directory.open(entry.name(), OpenFlags.O_RDONLY, 0)) {
                        lines.add(path + "=" + Files.readString(file.path(), StandardCharsets.UTF_8));
                    }
                }
                case SYMLINK -> lines.add(path + "->" + directory.readLink(entry.name()));
                default ->
                    lines.add(path + ":" + stat.kind() + " " + DeviceNumber.major(stat.rdevice()) + ":"
                            + DeviceNumber.minor(stat.rdevice()));
            }
        }
    }

    /** What a path of the whole is; symbolic links are not followed. */
    Stat stat(String path) throws IOException {
        return Optional.of(merged().resolve(path)).flatMap(Stat::of).orElseThrow(() -> new IOException("no " + path));
    }

    private List<String> canaries() throws IOException {
        List<String> all = new ArrayList<>();
        for (Path canary : beside) {
            all.addAll(TreeListing.of(canary));
        }
        return all;
    }

    /** Fails if anything outside of the layers was changed. */
    void assertNothingEscaped() throws IOException {
        assertThat(canaries()).as("trees beside the layers").isEqualTo(canaries);
        try (var entries = Files.list(base)) {
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .as("names beside the layers")
                    .allMatch(name -> name.matches("outside|layer\\d+(-evil)?|merged\\d+"));
        }
    }

    private void remove(Path directory) {
        try (OpenDirectory parent = OpenDirectory.open(directory.getParent())) {
            parent.removeTree(directory.getFileName().toString());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            assertNothingEscaped();
            assertAsExpected();
        } finally {
            Mounts.detach(base);
            remove(base);
            remove(ELSEWHERE);
        }
    }
}
