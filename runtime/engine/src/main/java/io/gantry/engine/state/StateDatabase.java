package io.gantry.engine.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.ModelJson;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Documents by kind and id, in a SQLite database in WAL mode. What was put survives {@code kill -9} from the moment the call returns; after a power failure the last moments may be missing, but never
 * a part of a transaction. Safe for use by many threads; one writes at a time.
 *
 * @see <a href="https://www.sqlite.org/wal.html">Write-Ahead Logging</a>
 */
public final class StateDatabase implements AutoCloseable {
    private static final int SCHEMA_VERSION = 1;

    private static final int BUSY = 5;
    private static final int FULL = 13;

    private static final String PUT =
            "INSERT INTO document (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body";
    private static final String GET = "SELECT body FROM document WHERE kind = ? AND id = ?";
    private static final String DELETE = "DELETE FROM document WHERE kind = ? AND id = ?";
    private static final String ALL = "SELECT id, body FROM document WHERE kind = ? ORDER BY id";

    private final ReentrantLock lock = new ReentrantLock();
    private final ObjectMapper mapper = ModelJson.mapper();
    private final Path file;
    private final Connection connection;

    private StateDatabase(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens a database, or makes it. A second process that opens the same file is refused.
     *
     * @throws EngineException if the file is locked, damaged, or written by a newer Gantry
     */
    public static StateDatabase open(Path file) {
        SqliteLibrary.keepIn(file.toAbsolutePath().getParent());
        Properties properties = new Properties();
        properties.setProperty("journal_mode", "WAL");
        properties.setProperty("synchronous", "NORMAL");
        properties.setProperty("locking_mode", "EXCLUSIVE");
        properties.setProperty("busy_timeout", "200");
        try {
            Connection connection = new org.sqlite.JDBC().connect("jdbc:sqlite:" + file, properties);
            try {
                migrate(file, connection);
                return new StateDatabase(file, connection);
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failure("open", file, e);
        }
    }

    private static void migrate(Path file, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                version = row.next() ? row.getInt(1) : 0;
            }
            if (version > SCHEMA_VERSION) {
                throw new EngineException(
                        EngineException.Kind.SYSTEM,
                        "cannot open the state database " + file + ": a newer Gantry wrote it (version " + version
                                + ", this one knows " + SCHEMA_VERSION + "); run that one, or use another data root");
            }
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS document (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID");
            statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
        }
    }

    /** A view of the documents of one kind. */
    public <T> Documents<T> documents(String kind, Class<T> type) {
        return new Documents<>(this, kind, type);
    }

    /** Runs several changes as one transaction. */
    public void transaction(Runnable changes) {
        lock.lock();
        try {
            if (!connection.getAutoCommit()) {
                changes.run();
                return;
            }
            connection.setAutoCommit(false);
            try {
                changes.run();
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw failure("write", file, e);
        } finally {
            lock.unlock();
        }
    }

    void put(String kind, String id, Object value) {
        execute("write", PUT, statement -> {
            statement.setString(1, kind);
            statement.setString(2, id);
            statement.setString(3, mapper.writeValueAsString(value));
            return statement.executeUpdate();
        });
    }

    <T> Optional<T> get(String kind, String id, Class<T> type) {
        return execute("read", GET, statement -> {
            statement.setString(1, kind);
            statement.setString(2, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(mapper.readValue(row.getString(1), type)) : Optional.empty();
            }
        });
    }

    void delete(String kind, String id) {
        execute("write", DELETE, statement -> {
            statement.setString(1, kind);
            statement.setString(2, id);
            return statement.executeUpdate();
        });
    }

    <T> Map<String, T> all(String kind, Class<T> type) {
        return execute("read", ALL, statement -> {
            statement.setString(1, kind);
            Map<String, T> found = new LinkedHashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), mapper.readValue(row.getString(2), type));
                }
            }
            return found;
        });
    }

    /** Prepares anew each time: a statement that failed, as on a full disk, cannot be relied on again. */
    private <T> T execute(String verb, String sql, SqlCall<T> call) {
        lock.lock();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return call.run(statement);
        } catch (SQLException e) {
            throw failure(verb, file, e);
        } catch (JsonProcessingException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot " + verb + " the state database " + file + ": " + e.getOriginalMessage(),
                    e);
        } finally {
            lock.unlock();
        }
    }

    private static EngineException failure(String verb, Path file, SQLException e) {
        String reason = switch (e.getErrorCode() & 0xff) {
            case BUSY -> "another Gantry daemon has it open; stop that one, or use another data root";
            case FULL -> "no space left on device: free space or inodes there (see df and df -i), or use a larger disk";
            default -> e.getMessage();
        };
        return new EngineException(
                EngineException.Kind.SYSTEM, "cannot " + verb + " the state database " + file + ": " + reason, e);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM, "cannot close the state database " + file + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** A call on the connection. */
    private interface SqlCall<T> {
        T run(PreparedStatement statement) throws SQLException, JsonProcessingException;
    }
}
