package io.gantry.image.tar;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The description of one entry. Immutable, apart from the byte arrays of {@link #xattrs}, which nobody changes.
 *
 * @param name as written in the archive; not checked, not cleaned
 * @param type what it is
 * @param linkName target of a symbolic or hard link, otherwise empty
 * @param mode permission bits, 07777
 * @param uid owner, at least 0
 * @param gid group, at least 0
 * @param size bytes of content; 0 for all but files
 * @param mtimeSeconds time of last change, seconds since 1970, may be negative
 * @param mtimeNanos 0 to 999,999,999
 * @param deviceMajor for devices
 * @param deviceMinor for devices
 * @param xattrs extended attributes by full name
 */
public record TarEntry(
        String name,
        TarType type,
        String linkName,
        int mode,
        long uid,
        long gid,
        long size,
        long mtimeSeconds,
        int mtimeNanos,
        long deviceMajor,
        long deviceMinor,
        Map<String, byte[]> xattrs) {

    /** Refuses nulls and negative sizes and ids. */
    public TarEntry {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(linkName, "linkName");
        if (size < 0 || uid < 0 || gid < 0) {
            throw new IllegalArgumentException("size, uid and gid of a tar entry are not negative: " + name);
        }
        xattrs = xattrs.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(xattrs));
    }

    /** A regular file of root's, mode 0644. */
    public static TarEntry file(String name, long size) {
        return of(name, TarType.FILE, "", 0644).withSize(size);
    }

    /** A directory of root's, mode 0755. */
    public static TarEntry directory(String name) {
        return of(name, TarType.DIRECTORY, "", 0755);
    }

    /** A symbolic link of root's. */
    public static TarEntry symlink(String name, String target) {
        return of(name, TarType.SYMLINK, target, 0777);
    }

    /** A hard link to an earlier entry. */
    public static TarEntry hardLink(String name, String target) {
        return of(name, TarType.HARD_LINK, target, 0644);
    }

    /** An entry of root's, from 1970, without attributes. */
    public static TarEntry of(String name, TarType type, String linkName, int mode) {
        return new TarEntry(name, type, linkName, mode, 0, 0, 0, 0, 0, 0, 0, Map.of());
    }

    /** The same with another size. */
    public TarEntry withSize(long newSize) {
        return new TarEntry(
                name,
                type,
                linkName,
                mode,
                uid,
                gid,
                newSize,
                mtimeSeconds,
                mtimeNanos,
                deviceMajor,
                deviceMinor,
                xattrs);
    }

    /** The same with another mode. */
    public TarEntry withMode(int newMode) {
        return new TarEntry(
                name,
                type,
                linkName,
                newMode,
                uid,
                gid,
                size,
                mtimeSeconds,
                mtimeNanos,
                deviceMajor,
                deviceMinor,
                xattrs);
    }

    /** The same with another owner and group. */
    public TarEntry withOwner(long newUid, long newGid) {
        return new TarEntry(
                name,
                type,
                linkName,
                mode,
                newUid,
                newGid,
                size,
                mtimeSeconds,
                mtimeNanos,
                deviceMajor,
                deviceMinor,
                xattrs);
    }

    /** The same with another time of last change. */
    public TarEntry withTime(long seconds, int nanos) {
        return new TarEntry(
                name, type, linkName, mode, uid, gid, size, seconds, nanos, deviceMajor, deviceMinor, xattrs);
    }

    /** The same with another device number. */
    public TarEntry withDevice(long major, long minor) {
        return new TarEntry(name, type, linkName, mode, uid, gid, size, mtimeSeconds, mtimeNanos, major, minor, xattrs);
    }

    /** The same with other extended attributes. */
    public TarEntry withXattrs(Map<String, byte[]> newXattrs) {
        return new TarEntry(
                name,
                type,
                linkName,
                mode,
                uid,
                gid,
                size,
                mtimeSeconds,
                mtimeNanos,
                deviceMajor,
                deviceMinor,
                newXattrs);
    }
}
