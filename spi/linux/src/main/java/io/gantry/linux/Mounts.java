package io.gantry.linux;

import io.gantry.linux.MountOptions.PropagationChange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Mounting and unmounting, by the kernel's new mount API where it can and by {@code mount(2)} where not. A mount is in place
 * as asked when a call returns and not there when it throws. Targets may be {@code /proc/self/fd/N} of a directory opened
 * before, which is the safe way to mount inside a tree that others can change. Thread-safe; acts in the calling thread's
 * mount namespace. Failures are {@link KernelException}s that carry the kernel's own message where it gives one.
 */
public final class Mounts {
    private static final Duration LONGEST_LETTING_GO = Duration.ofSeconds(5);

    private Mounts() {}

    /**
     * Mounts, binds or remounts, as the options say; propagation is set last.
     *
     * @param target existing mount point; symbolic links are followed
     */
    public static void mount(MountRequest request, Path target) {
        MountOptions options = MountOptions.parse(request.options());
        if (options.remount()) {
            remount(options, target);
            return;
        }
        if (options.idMap().isPresent()) {
            IdMappedMounts.mount(request, options, target);
        } else if (options.bind()) {
            bind(request.source(), options, target);
        } else {
            mountWhenFree(request, options, target);
        }
        try {
            for (PropagationChange change : options.propagations()) {
                ClassicMountApi.propagate(target, change.propagation(), change.recursive());
            }
        } catch (KernelException e) {
            unmountAfter(e, target);
            throw e;
        }
    }

    /** Makes a file or directory visible at a second place; options as {@code ro} or {@code rbind} in the list. */
    public static void bind(Path source, Path target, String... options) {
        mount(MountRequest.bind(source.toString(), List.of(options)), target);
    }

    /**
     * Changes a mount: with {@code bind} among the options the mount's own attributes only, otherwise also the file
     * system's parameters.
     */
    public static void remount(Path target, String... options) {
        remount(MountOptions.parse(List.of(options)), target);
    }

    /** Changes who sees mounts beneath a mount point. */
    public static void propagate(Path target, Propagation propagation, boolean recursive) {
        ClassicMountApi.propagate(target, propagation, recursive);
    }

    /** No mount made beneath is seen elsewhere and none made elsewhere is seen here. */
    public static void makePrivate(Path target) {
        propagate(target, Propagation.PRIVATE, false);
    }

    /**
     * Removes the topmost mount at a mount point.
     *
     * @throws KernelException EBUSY while files in it are open or mounts lie beneath, EINVAL if it is no mount point, ENOENT
     */
    public static void unmount(Path target, UnmountFlag... flags) {
        int bits = 0;
        for (UnmountFlag flag : flags) {
            bits |= flag.bit();
        }
        if (LibC.calls().umount2(KernelString.terminated(target.toString()), bits) != 0) {
            throw explained(KernelException.last("umount", target.toString()));
        }
    }

    /**
     * Removes a mount that only a passing user keeps: a process of this one that is just being started has its open files for some moments. Waits for no more than seconds.
     *
     * @throws KernelException as {@link #unmount}
     */
    public static void unmountWhenFree(Path target, UnmountFlag... flags) {
        long end = System.nanoTime() + LONGEST_LETTING_GO.toNanos();
        while (true) {
            try {
                unmount(target, flags);
                return;
            } catch (KernelException e) {
                if (!e.is(Errno.EBUSY) || System.nanoTime() > end || !pause()) {
                    throw e;
                }
            }
        }
    }

    /**
     * Removes every mount at or beneath a path, the deepest first, as the mount table lists them now.
     *
     * @param path real path, without symbolic links
     * @return how many were removed
     * @throws KernelException at the first that is busy; those before it stay removed
     */
    public static int unmountRecursive(Path path, UnmountFlag... flags) {
        int removed = 0;
        List<MountTable.Entry> beneath = MountTable.read().beneath(path);
        for (int i = beneath.size() - 1; i >= 0; i--) {
            try {
                unmount(Path.of(beneath.get(i).mountPoint()), flags);
                removed++;
            } catch (KernelException e) {
                // Propagation may have taken it along with another one.
                if (!e.is(Errno.EINVAL, Errno.ENOENT)) {
                    throw e;
                }
            }
        }
        return removed;
    }

    /**
     * Takes every mount at or beneath a path out of the tree at once, busy or not; the kernel cleans up when the last user
     * leaves. For recovery, where nothing may be left behind.
     *
     * @param path real path, without symbolic links
     * @return how many mounts went
     */
    public static int detach(Path path) {
        return unmountRecursive(path, UnmountFlag.DETACH, UnmountFlag.NO_FOLLOW);
    }

    /** ZFS lets go of a dataset a moment after its last mount has gone, by which time that is done elsewhere, and has no second mount of it until then. */
    private static void mountWhenFree(MountRequest request, MountOptions options, Path target) {
        long end = System.nanoTime() + LONGEST_LETTING_GO.toNanos();
        while (true) {
            try {
                if (!NewMountApi.mount(request, options, target)) {
                    ClassicMountApi.mount(request, options, target);
                }
                return;
            } catch (KernelException e) {
                if (!e.is(Errno.EBUSY) || !request.type().equals("zfs") || System.nanoTime() > end || !pause()) {
                    throw e;
                }
            }
        }
    }

    /** Whether nobody interrupted it. */
    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Undoes a mount because of a later failure, which an error here must not hide. */
    static void unmountAfter(KernelException failure, Path target) {
        try {
            unmount(target, UnmountFlag.DETACH);
        } catch (KernelException e) {
            failure.addSuppressed(e);
        }
    }

    private static void bind(String source, MountOptions options, Path target) {
        if (!NewMountApi.bind(source, options, target)) {
            ClassicMountApi.bind(source, options, target);
        }
    }

    private static void remount(MountOptions options, Path target) {
        if (options.idMap().isPresent()) {
            throw new KernelException(
                    "mount",
                    "remount of " + target,
                    Errno.EINVAL,
                    "the owners of what is mounted cannot be mapped anew");
        }
        if (!NewMountApi.remount(options, target)) {
            ClassicMountApi.remount(options, target);
        }
    }

    private static KernelException explained(KernelException failure) {
        return switch (failure.errno()) {
            case EBUSY -> failure.because("files in it are open, or mounts lie beneath it");
            case EINVAL -> failure.because("not a mount point");
            case EPERM -> failure.because("needs CAP_SYS_ADMIN in the mount namespace");
            default -> failure;
        };
    }
}
