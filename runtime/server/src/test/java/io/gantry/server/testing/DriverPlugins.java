package io.gantry.server.testing;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** The drivers on the test class path, packed as plug-ins are. */
public final class DriverPlugins {
    private DriverPlugins() {}

    /** Fills a directory of the plug-in path. */
    public static Path in(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (entry.contains("/drivers-")) {
                String name = module(path);
                if (name.equals("plugin")) {
                    withLibrary(path, Files.createDirectory(directory.resolve(name)));
                    continue;
                }
                if (Files.isDirectory(path)) {
                    pack(path, directory.resolve(name + ".jar"));
                } else {
                    Files.copy(path, directory.resolve(name + ".jar"));
                }
            }
        }
        return directory;
    }

    /** The one driver that brings a library: a folder of two JARs. */
    private static void withLibrary(Path driver, Path folder) throws IOException {
        Path library = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.contains("jackson-core-"))
                .map(Path::of)
                .findFirst()
                .orElseThrow();
        Files.copy(library, folder.resolve(library.getFileName()));
        if (Files.isDirectory(driver)) {
            pack(driver, folder.resolve("plugin.jar"));
        } else {
            Files.copy(driver, folder.resolve("plugin.jar"));
        }
    }

    private static String module(Path artefact) {
        Path target = artefact.getParent();
        return target.getParent().getFileName().toString();
    }

    private static void pack(Path classes, Path jar) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(classes)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out)) {
            for (Path file : files) {
                archive.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, archive);
            }
        }
    }
}
