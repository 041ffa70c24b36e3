package io.gantry.tck.storage;

import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What can happen to a driver that keeps its layers by {@link io.gantry.spi.storage.support.LayerCatalog} and {@link io.gantry.spi.storage.support.LayerDirectories}. */
final class DirectoryDamages {
    private DirectoryDamages() {}

    /** Whether the root looks like such a driver's. */
    static boolean fit(Path root) {
        return Files.isDirectory(root.resolve("layers")) && Files.isDirectory(root.resolve("catalog"));
    }

    static List<Damage> all() {
        return List.of(
                new Damage("a directory that is no layer's", Kind.UNACCOUNTED, Damage.About.NONE, (bench, layers) -> {
                    Path stray = Files.createDirectory(layersOf(bench).resolve("nobodys2"));
                    Files.writeString(stray.resolve("f"), "x");
                }),
                new Damage(
                        "the directory of an active layer is gone",
                        Kind.UNMOUNTABLE,
                        Damage.About.FREE,
                        (bench, layers) -> removeDirectory(bench, layers.free())),
                new Damage(
                        "the directory of a layer beneath is gone",
                        Kind.UNMOUNTABLE,
                        Damage.About.BASE,
                        (bench, layers) -> removeDirectory(bench, layers.base())),
                new Damage(
                        "a record is gone",
                        Kind.UNACCOUNTED,
                        Damage.About.FREE,
                        (bench, layers) -> Files.delete(recordOf(bench, layers.free()))),
                new Damage("a record is cut off", Kind.UNACCOUNTED, Damage.About.FREE, (bench, layers) -> {
                    Path record = recordOf(bench, layers.free());
                    Files.writeString(record, Files.readString(record).substring(0, 20));
                }),
                new Damage(
                        "the record of a layer beneath is gone",
                        Kind.MISSING_PARENT,
                        Damage.About.TOP,
                        (bench, layers) -> Files.delete(recordOf(bench, layers.base()))));
    }

    private static void removeDirectory(StorageBench bench, LayerId layer) throws IOException {
        String key = recordOf(bench, layer).getFileName().toString();
        try (OpenDirectory open = OpenDirectory.open(layersOf(bench))) {
            open.removeTree(key);
        }
    }

    /** By what it says, since only the driver knows the key. */
    private static Path recordOf(StorageBench bench, LayerId layer) throws IOException {
        try (Stream<Path> records = Files.list(bench.context().root().resolve("catalog"))) {
            for (Path record : records.toList()) {
                if (Files.readAllLines(record).contains("id=" + layer)) {
                    return record;
                }
            }
        }
        throw new IllegalStateException("no record of layer " + layer);
    }

    private static Path layersOf(StorageBench bench) {
        return bench.context().root().resolve("layers");
    }
}
