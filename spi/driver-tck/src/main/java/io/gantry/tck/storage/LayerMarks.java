package io.gantry.tck.storage;

import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says in a {@link LayerTarget}, in the dialect that it declares, that something of the layers beneath is gone. */
final class LayerMarks {
    private LayerMarks() {}

    /** Hides an entry of the layers beneath. Its directory exists in the target. */
    static void delete(LayerTarget target, String directory, String name) throws IOException {
        Path parent = target.directory().resolve(directory);
        switch (target.dialect()) {
            case DIRECT -> Files.delete(parent.resolve(name));
            case AUFS -> Files.createFile(parent.resolve(".wh." + name));
            case OVERLAY, OVERLAY_USERXATTR -> {
                try (OpenDirectory open = OpenDirectory.open(parent)) {
                    open.makeNode(name, FileKind.CHARACTER_DEVICE, 0, 0);
                }
            }
        }
    }

    /** Hides all that the layers beneath have in a directory, which exists in the target. */
    static void makeOpaque(LayerTarget target, String directory) throws IOException {
        Path path = target.directory().resolve(directory);
        WhiteoutDialect dialect = target.dialect();
        switch (dialect) {
            case DIRECT -> {
                try (OpenDirectory open = OpenDirectory.open(path)) {
                    open.list().forEach(entry -> open.removeTree(entry.name()));
                }
            }
            case AUFS -> Files.createFile(path.resolve(".wh..wh..opq"));
            case OVERLAY, OVERLAY_USERXATTR -> {
                String namespace = dialect == WhiteoutDialect.OVERLAY ? "trusted" : "user";
                Xattrs.of(path).set(namespace + ".overlay.opaque", "y".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
