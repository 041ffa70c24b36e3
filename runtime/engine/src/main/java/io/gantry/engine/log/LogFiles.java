package io.gantry.engine.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The files of one log: the one that is written to, and older ones behind it, {@code NAME.1} being the youngest of those. They may be
 * renamed to the next number, and the oldest deleted, while they are looked at, so that for a moment one number is missing.
 */
final class LogFiles {
    private LogFiles() {}

    /** The name of an older file. */
    static Path older(Path log, int number) {
        return number == 0 ? log : log.resolveSibling(log.getFileName() + "." + number);
    }

    /** All of them, opened, the oldest first. */
    static List<LogFile> open(Path log) throws IOException {
        List<LogFile> files = new ArrayList<>();
        try {
            int missed = 0;
            for (int number = 0; missed < 2; number++) {
                Optional<LogFile> file = LogFile.open(older(log, number));
                missed = file.isPresent() ? 0 : missed + 1;
                if (file.isPresent()) {
                    addNew(file.get(), files);
                }
            }
        } catch (IOException e) {
            close(files);
            throw e;
        }
        Collections.reverse(files);
        return files;
    }

    /** One that was renamed while we looked is met twice. */
    private static void addNew(LogFile file, List<LogFile> files) throws IOException {
        if (files.stream().anyMatch(file::isSame)) {
            file.close();
        } else {
            files.add(file);
        }
    }

    /** The file that was begun after this one; empty if this is the youngest. */
    static Optional<LogFile> after(Path log, LogFile current) throws IOException {
        try (LogFile youngest = LogFile.open(log).orElse(null)) {
            if (youngest != null && youngest.isSame(current)) {
                return Optional.empty();
            }
        }
        List<LogFile> files = open(log);
        try {
            int index = indexAfter(files, current);
            return index < files.size() ? Optional.of(files.remove(index)) : Optional.empty();
        } finally {
            close(files);
        }
    }

    /** If the file is gone, those begun before it are known by their times. */
    private static int indexAfter(List<LogFile> files, LogFile current) {
        int younger = Math.max(0, files.size() - 1);
        for (int i = files.size() - 1; i >= 0; i--) {
            if (files.get(i).isSame(current)) {
                return i + 1;
            }
            if (files.get(i).modified().isAfter(current.modified())) {
                younger = i;
            }
        }
        return younger;
    }

    static void close(Iterable<LogFile> files) throws IOException {
        for (LogFile file : files) {
            file.close();
        }
    }
}
