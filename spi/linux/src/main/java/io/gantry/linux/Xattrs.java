package io.gantry.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Extended attributes, {@code xattr(7)}. Values are any bytes. Three ways to say of what: a path (a symbolic link at its
 * end is not followed), an open descriptor ({@code O_PATH} included, by {@code /proc/self/fd}), or an entry of an open
 * directory (not followed). Names carry their namespace, such as {@code user.}, {@code trusted.} or
 * {@code security.capability}. Thread-safe.
 *
 * <p>Failures are {@link KernelException}s; ENOTSUP means the file system or the kind of file takes no attributes of that
 * namespace, ERANGE and ENOSPC that the value is too large.
 */
public final class Xattrs {
    private static final int FIRST_VALUE_SIZE = 256;
    private static final int FIRST_LIST_SIZE = 1024;

    private final byte[] path;
    private final boolean follow;
    private final String object;

    private Xattrs(byte[] path, boolean follow, String object) {
        this.path = path;
        this.follow = follow;
        this.object = object;
    }

    /** The attributes of what a path names. */
    public static Xattrs of(Path path) {
        return new Xattrs(KernelString.terminated(path.toString()), false, path.toString());
    }

    /** The attributes of an open file. Valid while it is open. */
    public static Xattrs of(Fd fd) {
        return new Xattrs(FileAttributes.path(fd), true, fd.toString());
    }

    /** The attributes of a directory entry. Valid while the directory is open. */
    public static Xattrs of(OpenDirectory directory, String entry) {
        byte[] component = OpenDirectory.component(entry);
        byte[] prefix = KernelString.encode("/proc/self/fd/" + directory.fd().value() + "/");
        byte[] path = Arrays.copyOf(prefix, prefix.length + component.length);
        System.arraycopy(component, 0, path, prefix.length, component.length);
        return new Xattrs(path, false, directory.name() + "/" + entry);
    }

    /** The value of an attribute; empty when the file has none of that name. */
    public Optional<byte[]> value(String name) {
        byte[] key = KernelString.terminated(name);
        byte[] value = new byte[FIRST_VALUE_SIZE];
        while (true) {
            long size = read(key, value);
            if (size >= 0) {
                return Optional.of(Arrays.copyOf(value, (int) size));
            }
            KernelException failure = KernelException.last("getxattr", name + " of " + object);
            if (failure.is(Errno.ENODATA)) {
                return Optional.empty();
            }
            if (!failure.is(Errno.ERANGE) || value.length > 1 << 20) {
                throw failure;
            }
            value = new byte[value.length * 4];
        }
    }

    /** The names of all attributes that the caller may see, in the kernel's order. */
    public List<String> names() {
        byte[] names = new byte[FIRST_LIST_SIZE];
        while (true) {
            long size = follow
                    ? LibC.calls().listxattr(path, names, names.length)
                    : LibC.calls().llistxattr(path, names, names.length);
            if (size >= 0) {
                return split(names, (int) size);
            }
            KernelException failure = KernelException.last("listxattr", object);
            if (!failure.is(Errno.ERANGE) || names.length > 1 << 20) {
                throw failure;
            }
            names = new byte[names.length * 4];
        }
    }

    /** Creates or replaces an attribute. */
    public void set(String name, byte[] value) {
        byte[] key = KernelString.terminated(name);
        int result = follow
                ? LibC.calls().setxattr(path, key, value, value.length, 0)
                : LibC.calls().lsetxattr(path, key, value, value.length, 0);
        if (result != 0) {
            throw KernelException.last("setxattr", name + " of " + object);
        }
    }

    /** Removes an attribute. Returns false when the file had none of that name. */
    public boolean remove(String name) {
        byte[] key = KernelString.terminated(name);
        int result = follow ? LibC.calls().removexattr(path, key) : LibC.calls().lremovexattr(path, key);
        if (result == 0) {
            return true;
        }
        KernelException failure = KernelException.last("removexattr", name + " of " + object);
        if (failure.is(Errno.ENODATA)) {
            return false;
        }
        throw failure;
    }

    private long read(byte[] key, byte[] value) {
        return follow
                ? LibC.calls().getxattr(path, key, value, value.length)
                : LibC.calls().lgetxattr(path, key, value, value.length);
    }

    private static List<String> split(byte[] names, int size) {
        List<String> result = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < size; i++) {
            if (names[i] == 0) {
                result.add(KernelString.decode(names, start, i - start));
                start = i + 1;
            }
        }
        return result;
    }
}
