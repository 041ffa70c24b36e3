package io.gantry.cli;

/**
 * One entry of a tar archive as {@code cp} needs it: {@code type} is the format's letter ({@code 0} file, {@code 5} directory,
 * {@code 2} symbolic link, {@code 1} hard link), {@code time} is in seconds since 1970.
 */
record TarEntry(String name, char type, int mode, int uid, int gid, long size, long time, String link) {
    boolean directory() {
        return type == '5';
    }

    TarEntry named(String other) {
        return new TarEntry(other, type, mode, uid, gid, size, time, link);
    }
}
