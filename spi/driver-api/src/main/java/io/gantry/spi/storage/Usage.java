package io.gantry.spi.storage;

/**
 * What a layer takes by itself, its parents left out.
 *
 * @param bytes bytes on disk, as {@code du} counts: blocks, a file with several names once
 * @param inodes files, directories and other entries
 */
public record Usage(long bytes, long inodes) {}
