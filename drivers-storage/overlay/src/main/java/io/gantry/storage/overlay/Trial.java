package io.gantry.storage.overlay;

import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.spi.Feature;
import io.gantry.spi.Probe;
import io.gantry.spi.Probe.Reason;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds out what overlay does on a root by mounting a layer and a writable one there. Takes some milliseconds and leaves nothing behind. */
final class Trial {
    private static final Path PARAMETERS = Path.of("/sys/module/overlay/parameters");

    /** File systems that Docker refused for this driver. */
    private static final Set<String> UNFIT = Set.of("aufs", "btrfs", "ecryptfs", "nfs", "overlayfs", "zfs");

    private static final String REMEDY_ROOT =
            "put the data root on ext4 or xfs with --data-root, or choose --storage-driver vfs";

    private final Path root;
    private final Path home;
    private final String backing;

    private Trial(Path root, Path home, String backing) {
        this.root = root;
        this.home = home;
        this.backing = backing;
    }

    /**
     * What came out.
     *
     * @param probe the answer for the engine
     * @param backing the file system beneath, by Docker's name
     * @param mountOptions for every overlay mount
     */
    record Outcome(Probe probe, String backing, List<String> mountOptions) {
        Outcome {
            mountOptions = List.copyOf(mountOptions);
        }
    }

    static Outcome on(Path root) {
        String backing = FileSystems.info(root).name();
        if (UNFIT.contains(backing)) {
            return refused(
                    backing,
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    "'overlay' is not supported over " + backing + ", and " + root + " lies on it",
                    REMEDY_ROOT);
        }
        try {
            Path home = Files.createTempDirectory(root, LayerDirectories.TRIAL);
            try {
                return new Trial(root, home, backing).run();
            } finally {
                try (OpenDirectory parent = OpenDirectory.open(root)) {
                    parent.removeTree(home.getFileName().toString());
                }
            }
        } catch (IOException e) {
            throw IoFailures.of("try overlay in " + root, e);
        }
    }

    private Outcome run() throws IOException {
        if (!FileSystems.keepsEntryTypes(home)) {
            return refused(
                    backing,
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    "the file system beneath " + root + ", " + backing
                            + ", does not keep file types in directories (d_type)",
                    "make it anew with them, for xfs mkfs.xfs -n ftype=1, or choose --storage-driver vfs");
        }
        if (!takesLinks()) {
            return refused(
                    backing,
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    "the file system beneath " + root + ", " + backing + ", has no hard links",
                    REMEDY_ROOT);
        }
        try {
            tryMount(List.of());
            List<String> options = mountOptions();
            tryMount(options);
            return new Outcome(
                    Probe.supported(
                            new Feature("d_type", true, backing + " keeps file types in directories"),
                            new Feature("hard links", true, "layers share the files of the layers beneath")),
                    backing,
                    options);
        } catch (KernelException e) {
            return refusedMount(e);
        }
    }

    private boolean takesLinks() throws IOException {
        Path file = Files.createFile(home.resolve("file"));
        try {
            Files.createLink(home.resolve("link"), file);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Layers hold whole files and directories. Kernels that lack a parameter lack the feature; modules have them once they are loaded, which the first mount does. */
    private static List<String> mountOptions() {
        List<String> options = new ArrayList<>();
        turnOff("metacopy", "metacopy=off", options);
        turnOff("redirect_always_follow", "redirect_dir=nofollow", options);
        turnOff("index", "index=off", options);
        return options;
    }

    private static void turnOff(String parameter, String option, List<String> options) {
        if (Files.exists(PARAMETERS.resolve(parameter))) {
            options.add(option);
        }
    }

    /** Mounts and deletes, in a mount namespace that goes when this process is killed. */
    private void tryMount(List<String> options) throws IOException {
        Path place = Files.createTempDirectory(home, "mount-");
        Path lower = Files.createDirectory(place.resolve("lower"));
        Path upper = Files.createDirectory(place.resolve("upper"));
        Path work = Files.createDirectory(place.resolve("work"));
        Path merged = Files.createDirectory(place.resolve("merged"));
        Files.createFile(lower.resolve("file"));
        List<String> all = new ArrayList<>(List.of("lowerdir+=" + lower, "upperdir=" + upper, "workdir=" + work));
        all.addAll(options);
        Namespaces.<Path, IOException>inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Mounts.mount(new MountRequest("overlay", "overlay", all), merged);
            Files.delete(merged.resolve("file"));
            return merged;
        });
        Stat whiteout = Stat.of(upper.resolve("file")).orElseThrow(() -> new IOException("a deletion left no mark"));
        if (whiteout.kind() != FileKind.CHARACTER_DEVICE) {
            throw new IOException("a deletion left " + whiteout.kind() + " instead of a character device as mark");
        }
    }

    private Outcome refusedMount(KernelException e) {
        if (e.is(Errno.ENODEV)) {
            return refused(
                    backing,
                    Reason.MISSING_KERNEL_FEATURE,
                    "this kernel has no overlay file system",
                    "load it with modprobe overlay, or choose --storage-driver vfs");
        }
        if (e.is(Errno.EPERM, Errno.EACCES)) {
            return refused(
                    backing,
                    Reason.NO_PRIVILEGE,
                    "mounting overlay is not allowed: " + e.getMessage(),
                    "run the daemon as root with CAP_SYS_ADMIN");
        }
        return refused(
                backing,
                Reason.WRONG_BACKING_FILE_SYSTEM,
                "overlay does not work on " + backing + " at " + root + ": " + e.getMessage(),
                REMEDY_ROOT);
    }

    private static Outcome refused(String backing, Reason reason, String detail, String remedy) {
        return new Outcome(Probe.unsupported(reason, detail, remedy), backing, List.of());
    }
}
