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

    /** What fits a root, by what there is in it. */
    static List<Damage> fit(Path root) {
        if (!Files.isDirectory(root.resolve("catalog"))) {
            return List.of();
        }
        return Files.isDirectory(root.resolve("layers"))
                ? Stream.concat(ofDirectories().stream(), ofRecords().stream()).toList()
                : ofRecords();
    }

    private static List<Damage> ofDirectories() {
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
                        (bench, layers) -> removeDirectory(bench, layers.base())));
    }

    private static List<Damage> ofRecords() {
        return List.of(
                new Damage(
                        "a record is gone",
                        Kind.UNACCOUNTED,
                        Damage.About.FREE,
                        (bench, layers) -> Files.delete(bench.record(layers.free()))),
                new Damage("a record is cut off", Kind.UNACCOUNTED, Damage.About.FREE, (bench, layers) -> {
                    Path record = bench.record(layers.free());
                    Files.writeString(record, Files.readString(record).substring(0, 20));
                }),
                new Damage(
                        "the record of a layer beneath is gone",
                        Kind.MISSING_PARENT,
                        Damage.About.TOP,
                        (bench, layers) -> Files.delete(bench.record(layers.base()))));
    }

    private static void removeDirectory(StorageBench bench, LayerId layer) throws IOException {
        String key = bench.record(layer).getFileName().toString();
        try (OpenDirectory open = OpenDirectory.open(layersOf(bench))) {
            open.removeTree(key);
        }
    }

    private static Path layersOf(StorageBench bench) {
        return bench.context().root().resolve("layers");
    }
}
