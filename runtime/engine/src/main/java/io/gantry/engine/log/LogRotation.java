package io.gantry.engine.log;

import io.gantry.engine.shim.DirectoryWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts full log files aside: the file gets the next number, and conmon is asked to begin another. Nothing of the output is lost by that. Thread-safe. */
public final class LogRotation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogRotation.class);

    private final DirectoryWatch watches;
    private final Map<String, DirectoryWatch.Listener> listeners = new ConcurrentHashMap<>();

    /** Learns of new output from these watches. */
    public LogRotation(DirectoryWatch watches) {
        this.watches = watches;
    }

    /**
     * Looks after the log of a container that runs, until it has ended.
     *
     * @param reopen makes conmon begin a file of the log's name
     */
    public void begin(String containerId, Path log, LogOptions options, Runnable reopen) {
        if (!options.rotates()) {
            return;
        }
        String name = log.getFileName().toString();
        DirectoryWatch.Listener listener = watches.watch(log.toAbsolutePath().getParent(), changed -> {
            if (changed.isEmpty() || changed.equals(name)) {
                check(log, options, reopen);
            }
        });
        DirectoryWatch.Listener old = listeners.put(containerId, listener);
        if (old != null) {
            old.close();
        }
        if (!Files.exists(log)) {
            // An engine ended between putting the file aside and asking for another.
            reopen.run();
        }
    }

    /** The container has ended. */
    public void end(String containerId) {
        DirectoryWatch.Listener listener = listeners.remove(containerId);
        if (listener != null) {
            listener.close();
        }
    }

    private static void check(Path log, LogOptions options, Runnable reopen) {
        try {
            if (Files.size(log) >= options.maxSize()) {
                rotate(log, options.maxFiles());
                reopen.run();
            }
        } catch (NoSuchFileException e) {
            LOG.trace("conmon has not begun another log yet", e);
        } catch (IOException | RuntimeException e) {
            LOG.warn("the log {} is full and cannot be put aside; what is in it will be lost", log, e);
        }
    }

    private static void rotate(Path log, int maxFiles) throws IOException {
        for (int number = maxFiles - 1; number > 0; number--) {
            Path from = LogFiles.older(log, number - 1);
            if (Files.exists(from)) {
                Files.move(from, LogFiles.older(log, number), StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }

    @Override
    public void close() {
        listeners.keySet().forEach(this::end);
    }
}
