package io.gantry.linux;

import io.gantry.linux.MountOptions.Attributes;
import io.gantry.linux.MountOptions.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The mount API of Linux 5.2 and 5.12: {@code fsopen(2)}, {@code fsconfig(2)}, {@code fsmount(2)}, {@code move_mount(2)},
 * {@code open_tree(2)}, {@code fspick(2)}, {@code mount_setattr(2)}. Options go one by one, so there is no page limit, and
 * the kernel says in words what it does not like. Operations return false, with nothing changed, when this kernel cannot do
 * them this way and the classic call should be tried.
 */
final class NewMountApi {
    private static final int CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int CMD_CREATE = 6;
    private static final int CMD_RECONFIGURE = 7;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int MOVE_MOUNT_FROM_FD = 0x4;
    private static final int MOVE_MOUNT_FOLLOW_TARGET = 0x10;
    private static final int MOUNT_ATTR_SIZE = 32;
    private static final long MOUNT_ATTR_IDMAP = 0x100000;

    /** {@code fsconfig} copies at most this many bytes of a string, terminator included. */
    private static final int LONGEST_STRING = 256;

    private static final int LONGEST_MESSAGE = 4096;
    private static final Set<String> OVERLAY_PATHS = Set.of("lowerdir+", "datadir+", "upperdir", "workdir");

    private NewMountApi() {}

    /** Makes a superblock and mounts it. */
    static boolean mount(MountRequest request, MountOptions options, Path target) {
        return mount(request, options, target, Optional.empty());
    }

    /**
     * The same with mapped owners.
     *
     * @param owners a user namespace with the map, if there is one
     */
    static boolean mount(MountRequest request, MountOptions options, Path target, Optional<Fd> owners) {
        String object = request.type() + " on " + target;
        long context = LibC.calls().syscall(LibC.Sys.FSOPEN, KernelString.terminated(request.type()), CLOEXEC);
        if (context < 0) {
            KernelException failure = KernelException.last("mount", object);
            if (isMissing(failure)) {
                return false;
            }
            throw failure.is(Errno.ENODEV)
                    ? failure.because("the kernel has no file system '" + request.type() + "'")
                    : failure;
        }
        try (Fd fs = Fd.owning((int) context)) {
            if (hasLayers(options) && !checksParameters(request.type())) {
                return false;
            }
            Configuration configuration = new Configuration(fs, object);
            if (!configuration.source(request.source()) || !configuration.apply(request.type(), options.parameters())) {
                return false;
            }
            configuration.command(CMD_CREATE);
            int attributes = (int)
                    options.attributes().then(options.recursiveAttributes()).set();
            long mount = LibC.calls().syscall(LibC.Sys.FSMOUNT, fs.value(), CLOEXEC, attributes);
            if (mount < 0) {
                throw configuration.failure();
            }
            try (Fd detached = Fd.owning((int) mount)) {
                owners.ifPresent(namespace -> mapOwners(detached, namespace, 0, object));
                attach(detached, target, object);
            }
            return true;
        }
    }

    private static boolean hasLayers(MountOptions options) {
        return options.parameters().stream()
                .anyMatch(parameter -> parameter.key().endsWith("+"));
    }

    /**
     * Whether a file system looks at each parameter when it is set. Those that do not know the new API, as overlay before Linux 6.5, take any, and read all of
     * them only in the end, in the form that {@code mount(2)} has.
     */
    private static boolean checksParameters(String type) {
        long context = LibC.calls().syscall(LibC.Sys.FSOPEN, KernelString.terminated(type), CLOEXEC);
        if (context < 0) {
            return false;
        }
        try (Fd fs = Fd.owning((int) context)) {
            byte[] key = KernelString.terminated("no-such-parameter");
            return LibC.calls().syscall(LibC.Sys.FSCONFIG, fs.value(), SET_FLAG, key, null, 0) != 0;
        }
    }

    /** Clones a mount, or a tree of them, changes its attributes and puts it in place: never visible half-made. */
    static boolean bind(String source, MountOptions options, Path target) {
        return bind(source, options, target, Optional.empty());
    }

    /**
     * The same with mapped owners.
     *
     * @param owners as for {@link #mount}
     */
    static boolean bind(String source, MountOptions options, Path target, Optional<Fd> owners) {
        String object = source + " on " + target;
        int recursive = options.recursiveBind() ? LibC.AT_RECURSIVE : 0;
        Optional<Fd> tree = clone(source, recursive, object);
        if (tree.isEmpty()) {
            return false;
        }
        try (Fd clone = tree.get()) {
            if (!setAttributes(clone, options.recursiveAttributes(), LibC.AT_RECURSIVE, object)
                    || !setAttributes(clone, options.attributes(), 0, object)) {
                return false;
            }
            owners.ifPresent(namespace -> mapOwners(clone, namespace, recursive, object));
            attach(clone, target, object);
            return true;
        }
    }

    /** A clone of what is mounted somewhere, itself mounted nowhere; empty if the kernel has no such call. */
    static Optional<Fd> clone(String source, int recursive, String object) {
        int flags = OPEN_TREE_CLONE | OpenFlags.O_CLOEXEC | recursive;
        long tree = LibC.calls().syscall(LibC.Sys.OPEN_TREE, LibC.AT_FDCWD, KernelString.terminated(source), flags);
        if (tree >= 0) {
            return Optional.of(Fd.owning((int) tree));
        }
        KernelException failure = KernelException.last("bind", object);
        if (isMissing(failure)) {
            return Optional.empty();
        }
        throw failure;
    }

    /** Lets a mount that is nowhere yet show owners as a user namespace maps them. */
    static void mapOwners(Fd mount, Fd namespace, int recursive, String object) {
        byte[] change = new byte[MOUNT_ATTR_SIZE];
        Struct.view(change).putLong(0, MOUNT_ATTR_IDMAP).putLong(24, namespace.value());
        int flags = LibC.AT_EMPTY_PATH | recursive;
        long size = MOUNT_ATTR_SIZE;
        if (LibC.calls().syscall(LibC.Sys.MOUNT_SETATTR, mount.value(), LibC.EMPTY_PATH, flags, change, size) != 0) {
            KernelException failure = KernelException.last("mount_setattr", object);
            throw failure.is(Errno.EINVAL)
                    ? failure.because("its file system cannot show owners mapped, or its owners are mapped already")
                    : failure;
        }
    }

    /** Changes the superblock's parameters, then the mount's attributes; with {@code bind} the latter only. */
    static boolean remount(MountOptions options, Path target) {
        String object = "remount of " + target;
        byte[] path = KernelString.terminated(target.toString());
        long tree = LibC.calls().syscall(LibC.Sys.OPEN_TREE, LibC.AT_FDCWD, path, OpenFlags.O_CLOEXEC);
        if (tree < 0) {
            KernelException failure = KernelException.last("mount", object);
            if (isMissing(failure)) {
                return false;
            }
            throw failure;
        }
        try (Fd mount = Fd.owning((int) tree)) {
            if (!options.bind() && !options.parameters().isEmpty() && !reconfigure(options, path, object)) {
                return false;
            }
            return setAttributes(mount, options.recursiveAttributes(), LibC.AT_RECURSIVE, object)
                    && setAttributes(mount, options.attributes(), 0, object);
        }
    }

    private static boolean reconfigure(MountOptions options, byte[] path, String object) {
        long context = LibC.calls().syscall(LibC.Sys.FSPICK, LibC.AT_FDCWD, path, CLOEXEC);
        if (context < 0) {
            KernelException failure = KernelException.last("mount", object);
            if (failure.is(Errno.EINVAL)) {
                throw failure.because("not a mount point");
            }
            throw failure;
        }
        try (Fd fs = Fd.owning((int) context)) {
            Configuration configuration = new Configuration(fs, object);
            if (!configuration.apply("", options.parameters())) {
                return false;
            }
            configuration.command(CMD_RECONFIGURE);
            return true;
        }
    }

    private static boolean setAttributes(Fd mount, Attributes attributes, int recursive, String object) {
        if (attributes.isEmpty()) {
            return true;
        }
        byte[] change = new byte[MOUNT_ATTR_SIZE];
        Struct.view(change).putLong(0, attributes.set()).putLong(8, attributes.clear());
        int flags = LibC.AT_EMPTY_PATH | recursive;
        long size = MOUNT_ATTR_SIZE;
        long result = LibC.calls().syscall(LibC.Sys.MOUNT_SETATTR, mount.value(), LibC.EMPTY_PATH, flags, change, size);
        if (result == 0) {
            return true;
        }
        KernelException failure = KernelException.last("mount_setattr", object);
        if (failure.is(Errno.ENOSYS)) {
            return false;
        }
        throw failure;
    }

    static void attach(Fd mount, Path target, String object) {
        int flags = MOVE_MOUNT_FROM_FD | MOVE_MOUNT_FOLLOW_TARGET;
        byte[] path = KernelString.terminated(target.toString());
        long result =
                LibC.calls().syscall(LibC.Sys.MOVE_MOUNT, mount.value(), LibC.EMPTY_PATH, LibC.AT_FDCWD, path, flags);
        if (result != 0) {
            KernelException failure = KernelException.last("mount", object);
            throw failure.is(Errno.ENOENT) ? failure.because("the mount point " + target + " does not exist") : failure;
        }
    }

    /** Old kernels have no such call; old seccomp filters answer EPERM, which the classic call then repeats in earnest. */
    private static boolean isMissing(KernelException failure) {
        return failure.is(Errno.ENOSYS, Errno.EPERM);
    }

    /** The parameters of one file system context, and its log. */
    private static final class Configuration {
        private final Fd context;
        private final String object;
        private final List<Fd> paths = new ArrayList<>();

        Configuration(Fd context, String object) {
            this.context = context;
            this.object = object;
        }

        boolean source(String source) {
            return source.isEmpty() || set("", new Parameter("source", Optional.of(source)));
        }

        boolean apply(String type, List<Parameter> parameters) {
            try {
                for (Parameter parameter : parameters) {
                    if (!set(type, parameter)) {
                        return false;
                    }
                }
                return true;
            } finally {
                paths.forEach(Fd::close);
            }
        }

        void command(int command) {
            if (LibC.calls().syscall(LibC.Sys.FSCONFIG, context.value(), command, null, null, 0) != 0) {
                throw failure();
            }
        }

        KernelException failure() {
            return KernelException.last("mount", object).because(log());
        }

        private boolean set(String type, Parameter parameter) {
            byte[] key = KernelString.terminated(parameter.key());
            if (parameter.value().isEmpty()) {
                return accepted(parameter, config(SET_FLAG, key, null));
            }
            String text = parameter.value().get();
            byte[] value = KernelString.terminated(text);
            boolean path = type.equals("overlay") && OVERLAY_PATHS.contains(parameter.key());
            if (path && (value.length > LONGEST_STRING || text.indexOf('\\') >= 0)) {
                value = KernelString.terminated(shortPath(text));
            }
            return value.length <= LONGEST_STRING && accepted(parameter, config(SET_STRING, key, value));
        }

        private int config(int command, byte[] key, byte[] value) {
            return (int) LibC.calls().syscall(LibC.Sys.FSCONFIG, context.value(), command, key, value, 0);
        }

        /** Overlay takes one layer at a time since Linux 6.8; before, only all in one text, as {@code mount(2)} has it. */
        private boolean accepted(Parameter parameter, int result) {
            if (result == 0) {
                return true;
            }
            KernelException failure = failure();
            if (failure.is(Errno.EINVAL) && parameter.key().endsWith("+")) {
                return false;
            }
            throw failure;
        }

        /** A path for what is too long, or has backslashes, which overlay would take for escapes in some options. */
        private String shortPath(String path) {
            Fd directory = Fd.open(Path.of(path), OpenFlags.O_PATH);
            paths.add(directory);
            return directory.path().toString();
        }

        /** What the kernel wrote to the context, one message per read, each with a letter for its level in front. */
        private String log() {
            List<String> messages = new ArrayList<>();
            byte[] buffer = new byte[LONGEST_MESSAGE];
            for (long length = read(buffer); length > 0; length = read(buffer)) {
                String message = KernelString.decode(buffer, 0, (int) length).strip();
                messages.add(message.length() > 2 && message.charAt(1) == ' ' ? message.substring(2) : message);
            }
            return String.join("; ", messages);
        }

        private long read(byte[] buffer) {
            return LibC.calls().read(context.value(), buffer, buffer.length);
        }
    }
}
