package io.gantry.engine.catalogue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The files of one plug-in.
 *
 * @param location the entry of the plug-in path: a JAR or a folder
 * @param jars the JAR itself or the folder's JARs, by name
 */
record PluginFiles(Path location, List<Path> jars) {
    PluginFiles {
        jars = List.copyOf(jars);
    }

    /** The plug-ins of a directory, as locations, by name; files that are neither a JAR nor a folder, and hidden ones, are none. */
    static List<Path> locations(Path directory) throws BrokenPluginException {
        return list(directory).stream()
                .filter(path -> isJar(path) || Files.isDirectory(path))
                .toList();
    }

    /** What belongs to the plug-in at a location. */
    static PluginFiles at(Path location) throws BrokenPluginException {
        if (!Files.isDirectory(location)) {
            return new PluginFiles(location, List.of(location));
        }
        List<Path> jars = list(location).stream().filter(PluginFiles::isJar).toList();
        if (jars.isEmpty()) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.EMPTY_FOLDER,
                    "the folder " + location + " holds no JAR",
                    "put the plug-in's JARs into it, or remove it");
        }
        return new PluginFiles(location, jars);
    }

    private static List<Path> list(Path directory) throws BrokenPluginException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream =
                Files.newDirectoryStream(directory, entry -> !fileName(entry).startsWith("."))) {
            stream.forEach(entries::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.UNREADABLE,
                    "cannot list the directory " + directory + ": " + e,
                    "make it a directory that the engine can read, or take it off the plug-in path",
                    e);
        }
        Collections.sort(entries);
        return entries;
    }

    private static boolean isJar(Path path) {
        return fileName(path).endsWith(".jar") && !Files.isDirectory(path);
    }

    private static String fileName(Path path) {
        return path.getFileName().toString();
    }
}
