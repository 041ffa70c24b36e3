package io.gantry.engine.shim;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One inotify instance for all that is waited for in directories: exit codes that appear, logs that grow. (The kernel
 * allows few instances per user, and many watches on each.) Listeners run on its one thread. Thread-safe.
 */
public final class DirectoryWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);

    private final WatchService service;
    private final Map<WatchKey, List<Listener>> listeners = new ConcurrentHashMap<>();
    private final Thread thread;

    /** Begins to watch, nothing yet. */
    public DirectoryWatch() {
        try {
            service = FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::run, "gantry-directory-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Somebody who is told of files that were made or written to. */
    public final class Listener implements AutoCloseable {
        private final WatchKey key;
        private final Consumer<String> changed;

        private Listener(WatchKey key, Consumer<String> changed) {
            this.key = key;
            this.changed = changed;
        }

        @Override
        public void close() {
            forget(this);
        }
    }

    /**
     * Tells of every file of a directory that is made or written to, from now on.
     *
     * @param changed receives the file's name, or an empty string when events were lost and anything may have happened
     */
    public Listener watch(Path directory, Consumer<String> changed) {
        synchronized (listeners) {
            try {
                WatchKey key = directory.register(service, ENTRY_CREATE, ENTRY_MODIFY);
                Listener listener = new Listener(key, changed);
                listeners
                        .computeIfAbsent(key, k -> new CopyOnWriteArrayList<>())
                        .add(listener);
                return listener;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot watch " + directory, e);
            }
        }
    }

    private void forget(Listener listener) {
        synchronized (listeners) {
            List<Listener> others = listeners.get(listener.key);
            if (others != null && others.remove(listener) && others.isEmpty()) {
                listeners.remove(listener.key);
                listener.key.cancel();
            }
        }
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                List<WatchEvent<?>> events = key.pollEvents();
                key.reset();
                for (WatchEvent<?> event : events) {
                    String name = event.context() instanceof Path path ? path.toString() : "";
                    listeners.getOrDefault(key, List.of()).forEach(listener -> tell(listener, name));
                }
            }
        } catch (ClosedWatchServiceException e) {
            LOG.debug("watch closed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void tell(Listener listener, String name) {
        try {
            listener.changed.accept(name);
        } catch (RuntimeException e) {
            LOG.error("a listener failed on {}", name, e);
        }
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
