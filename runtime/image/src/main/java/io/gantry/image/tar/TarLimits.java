package io.gantry.image.tar;

/**
 * What a reader puts up with before it refuses an archive.
 *
 * @param extendedHeaderBytes longest pax or GNU long-name header; Go's reader, and so Docker, stops at 1 MiB
 * @param nameBytes longest name or link target; the kernel's PATH_MAX is 4096 with the terminator
 * @param xattrs most extended attributes of one entry
 * @param xattrBytes longest value of one; the kernel stops at 64 KiB
 */
public record TarLimits(int extendedHeaderBytes, int nameBytes, int xattrs, int xattrBytes) {
    /** What the kernel and Docker could take at most. */
    public static final TarLimits DEFAULT = new TarLimits(1 << 20, 4095, 1024, 64 << 10);
}
