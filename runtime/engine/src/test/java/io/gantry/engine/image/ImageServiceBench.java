package io.gantry.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import io.gantry.engine.Events;
import io.gantry.engine.Images;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.state.StateDatabase;
import io.gantry.image.Digest;
import io.gantry.image.store.ContentStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An image service on a database and a content store of its own. */
abstract class ImageServiceBench {
    static final Instant OLD = Instant.parse("2020-01-01T00:00:00Z");
    static final Instant NEW = Instant.parse("2024-01-01T00:00:00Z");
    static final String RUNNING = "aaaaaaaaaaaabbbb";
    static final String STOPPED = "ccccccccccccdddd";

    @TempDir
    Path directory;

    StateDatabase state;
    ContentStore content;
    EventLog events;
    ImageService images;
    final Map<String, List<ImageService.User>> users = new HashMap<>();
    final List<Digest> unused = new ArrayList<>();
    final List<String> said = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        state = StateDatabase.open(directory.resolve("state.db"));
        content = ContentStore.open(directory.resolve("content"));
        events = new EventLog();
        images = new ImageService(state, content, events);
        images.users(id -> users.getOrDefault(id, List.of()));
        images.unused(unused::addAll);
    }

    @AfterEach
    void close() {
        state.close();
    }

    void reopen() throws IOException {
        state.close();
        open();
    }

    /** Loads one image; gives its id. */
    String load(String command, String... tags) {
        DockerArchives archive = new DockerArchives();
        String id = archive.add(command, NEW, List.of("base", command), tags);
        load(archive);
        return id;
    }

    List<String> load(DockerArchives archive) {
        return images.load(new ByteArrayInputStream(archive.archive()), said::add);
    }

    void use(String id, String container, boolean running) {
        users.put(id, List.of(new ImageService.User(container, "app", running)));
    }

    List<String> actions() {
        return events.recent().stream().map(Events.Event::action).toList();
    }

    List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(directory.resolve("content"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    static List<String> lines(List<Images.Deletion> done) {
        return done.stream()
                .map(one -> one.untagged().map(name -> "Untagged: " + name).orElse("")
                        + one.deleted().map(id -> "Deleted: " + id).orElse(""))
                .toList();
    }

    static void assertFails(EngineException.Kind kind, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessage(message);
    }
}
