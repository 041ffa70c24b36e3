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
                if (Files.isDirectory(path)) {
                    pack(path, directory.resolve(name + ".jar"));
                } else {
                    Files.copy(path, directory.resolve(name + ".jar"));
                }
            }
        }
        return directory;
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
