package io.gantry.linux;

/**
 * One name in a directory listing, as {@code getdents64(2)} gives it.
 *
 * @param name a single component, never {@code .} or {@code ..}
 * @param kind {@link FileKind#UNKNOWN} where the file system keeps no types in directories
 * @param inode inode number
 */
public record DirectoryEntry(String name, FileKind kind, long inode) {}
