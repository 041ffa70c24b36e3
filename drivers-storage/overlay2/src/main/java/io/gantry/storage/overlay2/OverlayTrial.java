package io.gantry.storage.overlay2;

import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.ProjectQuota;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.Feature;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.Probe.Reason;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerDirectories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out what overlay does on a root by mounting two layers and a writable one there and changing something, rather than from version numbers. Takes some milliseconds and leaves nothing
 * behind.
 */
final class OverlayTrial {
    private static final System.Logger LOG = System.getLogger(OverlayTrial.class.getName());

    /** Decisions that Docker has no row for. */
    static final Set<String> OWN_ROWS = Set.of("redirect_dir", "index", "xino", "volatile", "quota");

    private static final Path PARAMETERS = Path.of("/sys/module/overlay/parameters");

    /** File systems that overlay cannot write on, as the kernel or Docker refuse them. */
    private static final Set<String> UNFIT = Set.of("aufs", "ecryptfs", "nfs", "overlayfs");

    private static final String REMEDY_ROOT =
            "put the data root on ext4, xfs or btrfs with --data-root, or choose --storage-driver vfs";

    private final Path root;
    private final Options options;
    private final Path home;
    private final List<String> mountOptions = new ArrayList<>();
    private final List<Feature> features = new ArrayList<>();

    private OverlayTrial(Path root, Options options, Path home) {
        this.root = root;
        this.options = options;
        this.home = home;
    }

    static Decision decide(Path root, Options options) {
        String backing = FileSystems.info(root).name();
        if (UNFIT.contains(backing)) {
            return refused(
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    "'overlay2' is not supported over " + backing + ", and " + root + " lies on it",
                    REMEDY_ROOT);
        }
        try {
            Path home = Files.createTempDirectory(root, LayerDirectories.TRIAL);
            try {
                return new OverlayTrial(root, options, home).run(backing);
            } finally {
                try (OpenDirectory parent = OpenDirectory.open(root)) {
                    parent.removeTree(home.getFileName().toString());
                }
            }
        } catch (IOException e) {
            throw IoFailures.of("try overlay in " + root, e);
        }
    }

    private Decision run(String backing) throws IOException {
        if (!FileSystems.keepsEntryTypes(home)) {
            return refused(
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    "the file system beneath " + root + ", " + backing
                            + ", does not keep file types in directories (d_type)",
                    "make it anew with them, for xfs mkfs.xfs -n ftype=1, or choose --storage-driver vfs");
        }
        features.add(new Feature("d_type", true, backing + " keeps file types in directories"));
        Optional<Boolean> userXattr = decideXattrs();
        if (userXattr.isEmpty()) {
            return refused(
                    Reason.WRONG_BACKING_FILE_SYSTEM,
                    "the file system beneath " + root + ", " + backing
                            + ", takes no extended attributes for overlay's marks",
                    REMEDY_ROOT);
        }
        loadModule();
        decideMountOptions(userXattr.get());
        boolean quotas = ProjectQuota.of(root).isEnforced();
        if (!quotas && options.isGiven(Overlay2Provider.DAEMON_SIZE)) {
            return refused(
                    Reason.BAD_CONFIGURATION,
                    Overlay2Driver.NO_QUOTAS,
                    "mount the data root's xfs with pquota, or leave " + Overlay2Provider.DAEMON_SIZE + " out");
        }
        features.add(new Feature(
                "quota",
                quotas,
                quotas ? "project quotas are enforced on " + backing : "no project quotas on " + backing));
        try {
            boolean nativeDiff = tryMount(userXattr.get());
            return new Decision.Taken(backing, userXattr.get(), nativeDiff, quotas, mountOptions, features);
        } catch (KernelException e) {
            return refusedMount(e, backing);
        }
    }

    /** Empty if there are no attributes at all. */
    private Optional<Boolean> decideXattrs() {
        if (takesXattr("trusted.overlay.opaque")) {
            features.add(new Feature("userxattr", false, "trusted attributes can be set here"));
            return Optional.of(false);
        }
        if (takesXattr("user.overlay.opaque")) {
            features.add(
                    new Feature("userxattr", true, "only user attributes can be set here, as in a user namespace"));
            mountOptions.add("userxattr");
            return Optional.of(true);
        }
        return Optional.empty();
    }

    private boolean takesXattr(String name) {
        try {
            Xattrs.of(home).set(name, "n".getBytes(StandardCharsets.US_ASCII));
            Xattrs.of(home).remove(name);
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EPERM, Errno.EOPNOTSUPP, Errno.EACCES)) {
                return false;
            }
            throw e;
        }
    }

    /** A module's parameters are there once it is loaded, and the kernel loads it when overlay is first asked for. */
    private void loadModule() {
        if (Files.exists(PARAMETERS)) {
            return;
        }
        try {
            Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
                Mounts.mount(new MountRequest("overlay", "overlay", List.of("lowerdir+=" + home)), home);
                return home;
            });
        } catch (KernelException e) {
            // A single layer is refused, and what else is wrong shows in the trial.
            LOG.log(System.Logger.Level.DEBUG, "first use of overlay", e);
        }
    }

    /** Layers must hold whole files and directories, because they are committed, exported and stacked on others: no references from one layer into another. */
    private void decideMountOptions(boolean userXattr) {
        if (!userXattr) {
            turnOff("metacopy", "metacopy=off");
            turnOff("redirect_always_follow", "redirect_dir=nofollow");
        }
        turnOff("index", "index=off");
        features.add(
                new Feature("metacopy", false, "a layer must hold whole files, or commits and diffs would lack data"));
        features.add(
                new Feature("redirect_dir", false, "a layer must not refer into others, and images could abuse it"));
        features.add(new Feature("index", false, "layers are shared by several mounts, which an index would refuse"));
        features.add(
                new Feature("xino", false, "all layers lie on one file system, so inode numbers are steady without"));
        boolean unsynced = options.flag(Overlay2Provider.DAEMON_VOLATILE);
        features.add(new Feature(
                "volatile",
                unsynced,
                unsynced ? Overlay2Provider.DAEMON_VOLATILE + " is set" : "containers' data survives a power cut"));
    }

    /** The kernel's default can be changed when it is built or loaded; a kernel that lacks the parameter lacks the feature. */
    private void turnOff(String parameter, String option) {
        if (Files.exists(PARAMETERS.resolve(parameter))) {
            mountOptions.add(option);
        }
    }

    /**
     * Mounts, deletes, copies up and renames, in a mount namespace that goes when this process is killed. Returns whether the upper directory tells a layer's
     * changes as they are.
     */
    private boolean tryMount(boolean userXattr) throws IOException {
        String opaque = (userXattr ? "user" : "trusted") + ".overlay.opaque";
        Path lower = Files.createDirectory(home.resolve("lower"));
        Path middle = Files.createDirectory(home.resolve("middle"));
        Path upper = Files.createDirectory(home.resolve("upper"));
        Path work = Files.createDirectory(home.resolve("work"));
        Path merged = Files.createDirectory(home.resolve("merged"));
        Files.createDirectories(lower.resolve("dir"));
        Files.createFile(lower.resolve("file"));
        Files.createDirectory(middle.resolve("opaque"));
        Files.createFile(middle.resolve("opaque/file"));
        Xattrs.of(middle.resolve("opaque")).set(opaque, "y".getBytes(StandardCharsets.US_ASCII));
        List<String> all = new ArrayList<>(
                List.of("lowerdir+=" + middle, "lowerdir+=" + lower, "upperdir=" + upper, "workdir=" + work));
        all.addAll(mountOptions);
        boolean redirects = Namespaces.<Boolean, IOException>inNew(Set.of(NamespaceKind.MOUNT), () -> {
            Mounts.mount(new MountRequest("overlay", "overlay", all), merged);
            Files.delete(merged.resolve("file"));
            Files.createFile(merged.resolve("opaque/new"));
            return renames(merged.resolve("dir"), merged.resolve("renamed"));
        });
        boolean copiesMarks = Xattrs.of(upper.resolve("opaque")).value(opaque).isPresent();
        Stat whiteout = Stat.of(upper.resolve("file")).orElseThrow(() -> new IOException("a deletion left no mark"));
        if (whiteout.kind() != FileKind.CHARACTER_DEVICE) {
            throw new IOException("a deletion left " + whiteout.kind() + " instead of a character device as mark");
        }
        features.add(new Feature(
                "native diff",
                !copiesMarks && !redirects,
                copiesMarks
                        ? "this kernel copies the opaque mark when it copies a directory up"
                        : redirects
                                ? "this kernel redirects renamed directories"
                                : "upper directories tell changes as they are"));
        return !copiesMarks && !redirects;
    }

    private static boolean renames(Path from, Path to) throws IOException {
        try (OpenDirectory parent = OpenDirectory.open(from.getParent())) {
            parent.rename(
                    from.getFileName().toString(), parent, to.getFileName().toString());
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EXDEV)) {
                return false;
            }
            throw e;
        }
    }

    private Decision refusedMount(KernelException e, String backing) {
        if (e.is(Errno.ENODEV)) {
            return refused(
                    Reason.MISSING_KERNEL_FEATURE,
                    "this kernel has no overlay file system",
                    "load it with modprobe overlay, or choose --storage-driver vfs");
        }
        if (e.is(Errno.EPERM, Errno.EACCES)) {
            return refused(
                    Reason.NO_PRIVILEGE,
                    "mounting overlay is not allowed: " + e.getMessage(),
                    "run the daemon as root with CAP_SYS_ADMIN");
        }
        return refused(
                Reason.WRONG_BACKING_FILE_SYSTEM,
                "overlay does not work on " + backing + " at " + root + ": " + e.getMessage(),
                REMEDY_ROOT);
    }

    private static Decision refused(Reason reason, String detail, String remedy) {
        return new Decision.Refused(new Probe.Unsupported(reason, detail, remedy));
    }
}
