package io.gantry.engine.state;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite's native library beside the database, so that it is unpacked once. Left to itself, its loader unpacks a megabyte into the temporary directory at each start, and
 * leaves it there for good if the process is killed.
 */
final class SqliteLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);
    private static final String DIRECTORY = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";

    private SqliteLibrary() {}

    /** Has an effect on the first call in a process, and none if the user has set where the library is. Where it cannot be unpacked here, the loader does as it always did. */
    static void keepIn(Path directory) {
        if (System.getProperty(DIRECTORY) != null) {
            return;
        }
        Path library = directory.resolve("sqlite-" + SQLiteJDBCLoader.getVersion() + ".so");
        try {
            if (!Files.exists(library)) {
                unpack(library);
            }
            System.setProperty(DIRECTORY, directory.toAbsolutePath().toString());
            System.setProperty(NAME, library.getFileName().toString());
        } catch (IOException e) {
            LOG.warn("cannot keep SQLite's library in {}; it is unpacked at each start", directory, e);
        }
    }

    private static void unpack(Path library) throws IOException {
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName();
        Path unfinished = library.resolveSibling(library.getFileName() + ".new");
        try (InputStream packed = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
            if (packed == null) {
                throw new IOException("the driver has no " + resource);
            }
            try (FileChannel file = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                packed.transferTo(Channels.newOutputStream(file));
                file.force(true);
            }
            Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
