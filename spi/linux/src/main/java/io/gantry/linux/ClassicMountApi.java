package io.gantry.linux;

import io.gantry.linux.MountOptions.Attributes;
import io.gantry.linux.MountOptions.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code mount(2)}, for kernels without {@link NewMountApi} or without the part of it that is needed. All options for the
 * file system travel in one page: if overlay's paths do not fit, they are named by descriptor, which leaves room for as many
 * layers as overlay takes.
 */
final class ClassicMountApi {
    private static final long MS_RDONLY = 1;
    private static final long MS_REMOUNT = 32;
    private static final long MS_BIND = 4096;
    private static final long MS_REC = 16384;
    private static final int LONGEST_DATA = 4095;

    /** {@code statfs} flags have the same values as {@code mount} flags, these being all that both know. */
    private static final long FLAGS_IN_STATFS = 1 | 2 | 4 | 8 | 1024 | 2048 | 0x2000;

    private static final long STATFS_RELATIME = 4096;
    private static final long STATFS_NOSYMFOLLOW = 0x2000;
    private static final long MS_NOSYMFOLLOW = 256;
    private static final long MS_RELATIME = 1L << 21;
    private static final long MS_NOATIME = 1024;
    private static final long MS_STRICTATIME = 1L << 24;
    private static final long MS_ATIMES = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

    private static final Map<Long, Long> ATTRIBUTE_FLAGS = Map.of(
            MountOptions.ATTR_RDONLY,
            MS_RDONLY,
            MountOptions.ATTR_NOSUID,
            2L,
            MountOptions.ATTR_NODEV,
            4L,
            MountOptions.ATTR_NOEXEC,
            8L,
            MountOptions.ATTR_NOSYMFOLLOW,
            MS_NOSYMFOLLOW,
            MountOptions.ATTR_NOATIME,
            MS_NOATIME,
            MountOptions.ATTR_NODIRATIME,
            2048L,
            MountOptions.ATTR_STRICTATIME,
            MS_STRICTATIME);

    private static final Map<String, Long> SUPERBLOCK_FLAGS = Map.of(
            "sync", 16L, "mand", 64L, "dirsync", 128L, "silent", 1L << 15, "iversion", 1L << 23, "lazytime", 1L << 25);

    private static final Set<String> OVERLAY_PATHS = Set.of("lowerdir+", "upperdir", "workdir");
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private static final Set<String> NO_FLAGS =
            Set.of("ro", "rw", "async", "nomand", "loud", "noiversion", "nolazytime");

    private ClassicMountApi() {}

    static void mount(MountRequest request, MountOptions options, Path target) {
        String object = request.type() + " on " + target;
        boolean overlay = request.type().equals("overlay");
        String data = data(overlay, options.parameters(), object);
        Attributes attributes = options.attributes().then(options.recursiveAttributes());
        long flags = flags(attributes.set()) | superblockFlags(options.parameters());
        if (overlay && !fits(data)) {
            mountByDescriptors(request, options.parameters(), target, flags, object);
        } else {
            call(request.source(), target, request.type(), flags, fitting(data, object), object);
        }
    }

    /** The working directory is where descriptors have their numbers for names: there is no shorter path. */
    private static void mountByDescriptors(
            MountRequest request, List<Parameter> parameters, Path target, long flags, String object) {
        List<Fd> opened = new ArrayList<>();
        try {
            List<Parameter> named = new ArrayList<>();
            for (Parameter parameter : parameters) {
                named.add(OVERLAY_PATHS.contains(parameter.key()) ? byDescriptor(parameter, opened) : parameter);
            }
            String data = fitting(data(true, named, object), object);
            Path absolute = target.toAbsolutePath();
            Namespaces.inDirectory(OPEN_FILES, () -> {
                call(request.source(), absolute, request.type(), flags, data, object);
                return absolute;
            });
        } finally {
            opened.forEach(Fd::close);
        }
    }

    private static Parameter byDescriptor(Parameter parameter, List<Fd> opened) {
        Fd directory = Fd.open(Path.of(parameter.value().orElse("")), OpenFlags.O_PATH);
        opened.add(directory);
        return new Parameter(parameter.key(), Optional.of(Integer.toString(directory.value())));
    }

    static void bind(String source, MountOptions options, Path target) {
        String object = source + " on " + target;
        if (!options.recursiveAttributes().isEmpty()) {
            throw new KernelException(
                    "mount_setattr", object, Errno.ENOSYS, "recursive mount attributes need Linux 5.12 or newer");
        }
        call(source, target, "", MS_BIND | (options.recursiveBind() ? MS_REC : 0), "", object);
        if (!options.attributes().isEmpty()) {
            try {
                remountBind(options.attributes(), target, object);
            } catch (KernelException e) {
                Mounts.unmountAfter(e, target);
                throw e;
            }
        }
    }

    static void remount(MountOptions options, Path target) {
        String object = "remount of " + target;
        if (options.bind()) {
            remountBind(options.attributes(), target, object);
            return;
        }
        long flags = remountFlags(options.attributes(), target) | superblockFlags(options.parameters());
        call("", target, "", MS_REMOUNT | flags, fitting(data(false, options.parameters(), object), object), object);
    }

    static void propagate(Path target, Propagation propagation, boolean recursive) {
        String object = propagation.name().toLowerCase(Locale.ROOT) + " on " + target;
        call("", target, "", propagation.flag() | (recursive ? MS_REC : 0), "", object);
    }

    /** The flags not mentioned stay: a remount replaces them all, and in a user namespace may not drop any. */
    private static void remountBind(Attributes change, Path target, String object) {
        call("", target, "", MS_REMOUNT | MS_BIND | remountFlags(change, target), "", object);
    }

    private static long remountFlags(Attributes change, Path target) {
        long present = FileSystems.info(target).mountFlags();
        long flags = present & FLAGS_IN_STATFS & ~STATFS_NOSYMFOLLOW;
        flags |= (present & STATFS_RELATIME) != 0 ? MS_RELATIME : 0;
        flags |= (present & STATFS_NOSYMFOLLOW) != 0 ? MS_NOSYMFOLLOW : 0;
        if ((change.clear() & MountOptions.ATTR_ATIME) != 0) {
            // To name none of them would keep what is there.
            flags = (flags & ~MS_ATIMES) | ((change.set() & MountOptions.ATTR_ATIME) == 0 ? MS_RELATIME : 0);
        }
        return (flags & ~flags(change.clear() & ~MountOptions.ATTR_ATIME)) | flags(change.set());
    }

    private static long flags(long attributes) {
        long flags = 0;
        for (Map.Entry<Long, Long> entry : ATTRIBUTE_FLAGS.entrySet()) {
            flags |= (attributes & entry.getKey()) != 0 ? entry.getValue() : 0;
        }
        return flags;
    }

    private static long superblockFlags(List<Parameter> parameters) {
        return parameters.stream()
                .filter(parameter -> parameter.value().isEmpty())
                .mapToLong(parameter -> SUPERBLOCK_FLAGS.getOrDefault(parameter.key(), 0L))
                .reduce(0, (a, b) -> a | b);
    }

    private static String data(boolean overlay, List<Parameter> parameters, String object) {
        List<String> options = new ArrayList<>();
        List<String> lowers = new ArrayList<>();
        for (Parameter parameter : parameters) {
            String key = parameter.key();
            String value = parameter.value().orElse("");
            if (overlay && key.equals("lowerdir+")) {
                lowers.add(value.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,"));
            } else if (parameter.value().isPresent()) {
                options.add(key + "=" + (overlay ? escaped(key, value) : withoutComma(value, object)));
            } else if (!SUPERBLOCK_FLAGS.containsKey(key) && !NO_FLAGS.contains(key)) {
                options.add(key);
            }
        }
        if (!lowers.isEmpty()) {
            options.add(0, "lowerdir=" + String.join(":", lowers));
        }
        return String.join(",", options);
    }

    private static String escaped(String key, String value) {
        boolean path = key.equals("upperdir") || key.equals("workdir");
        return path ? value.replace("\\", "\\\\").replace(",", "\\,") : value;
    }

    private static String withoutComma(String value, String object) {
        if (value.indexOf(',') >= 0) {
            throw new KernelException(
                    "mount", object, Errno.EINVAL, "this kernel takes no comma in a mount option: " + value);
        }
        return value;
    }

    private static boolean fits(String data) {
        return KernelString.encode(data).length <= LONGEST_DATA;
    }

    private static String fitting(String data, String object) {
        if (!fits(data)) {
            String reason = "the options have " + KernelString.encode(data).length + " bytes and this kernel takes "
                    + LONGEST_DATA + "; give fewer or shorter ones";
            throw new KernelException("mount", object, Errno.E2BIG, reason);
        }
        return data;
    }

    private static void call(String source, Path target, String type, long flags, String data, String object) {
        int result = LibC.calls()
                .mount(
                        KernelString.terminated(source.isEmpty() ? "none" : source),
                        KernelString.terminated(target.toString()),
                        type.isEmpty() ? null : KernelString.terminated(type),
                        flags,
                        data.isEmpty() ? null : KernelString.terminated(data));
        if (result == 0) {
            return;
        }
        KernelException failure = KernelException.last("mount", object);
        throw switch (failure.errno()) {
            case EPERM -> failure.because("needs CAP_SYS_ADMIN in the mount namespace");
            case EINVAL -> type.isEmpty() ? failure : failure.because("the kernel's log (dmesg) tells why");
            default -> failure;
        };
    }
}
