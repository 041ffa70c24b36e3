package io.gantry.engine.shim;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process told apart from later ones of the same number by its start time ({@code proc_pid_stat(5)}, field 22).
 *
 * @param pid its number on the host
 * @param startTime in clock ticks since boot
 */
public record ProcessId(long pid, long startTime) {
    private static final int STATE = 0;
    private static final int START_TIME = 19;

    /** The process that has this number now; empty when there is none, or only a zombie. */
    public static Optional<ProcessId> of(long pid) {
        return fields(pid).map(fields -> new ProcessId(pid, Long.parseLong(fields[START_TIME])));
    }

    /** Whether this very process still runs. */
    @JsonIgnore
    public boolean isAlive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** What follows the name, which is in parentheses and may itself hold spaces and parentheses. */
    private static Optional<String[]> fields(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
            return "ZX".contains(fields[STATE]) ? Optional.empty() : Optional.of(fields);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // ESRCH: it ended between open and read.
            return Optional.empty();
        }
    }
}
