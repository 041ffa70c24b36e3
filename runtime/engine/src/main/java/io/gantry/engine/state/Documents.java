package io.gantry.engine.state;

import java.util.Map;
import java.util.Optional;

/**
 * The documents of one kind.
 *
 * @param <T> a record that Jackson reads and writes
 */
public final class Documents<T> {
    private final StateDatabase database;
    private final String kind;
    private final Class<T> type;

    Documents(StateDatabase database, String kind, Class<T> type) {
        this.database = database;
        this.kind = kind;
        this.type = type;
    }

    /** Puts a document in place of the one of that id, if there is one. */
    public void put(String id, T value) {
        database.put(kind, id, value);
    }

    /** One document. */
    public Optional<T> get(String id) {
        return database.get(kind, id, type);
    }

    /** Deletes a document; does nothing if there is none of that id. */
    public void delete(String id) {
        database.delete(kind, id);
    }

    /** All documents, by id. */
    public Map<String, T> all() {
        return database.all(kind, type);
    }
}
