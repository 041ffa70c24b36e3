package io.gantry.storage.overlay2;

import io.gantry.spi.storage.LayerId;
import io.gantry.tck.storage.StorageBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A short life of layers, told on standard output; for processes with other privileges than the tests have. */
final class UserNamespaceMain {
    private UserNamespaceMain() {}

    public static void main(String[] arguments) throws IOException {
        Path base = Files.createTempDirectory(Path.of(arguments[0]), "bench-");
        try (StorageBench bench = new StorageBench(new Overlay2Provider(), Map.of(), base)) {
            bench.driver().status().forEach(row -> System.out.println(row.label() + ": " + row.value()));
            bench.base("base", root -> Files.createDirectory(root.resolve("base")));
            bench.prepare("top.new", "base");
            System.out.println("dialect: "
                    + bench.driver()
                            .layerTarget(LayerId.of("top.new"))
                            .orElseThrow()
                            .dialect());
            bench.in("top.new", root -> {
                Files.createDirectory(root.resolve("top"));
                System.out.println("merged: " + names(root));
                Files.delete(root.resolve("base"));
            });
            bench.driver().commit(LayerId.of("top.new"), LayerId.of("top"));
            bench.look("top", root -> System.out.println("hidden: " + names(root)));
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
