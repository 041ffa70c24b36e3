package io.gantry.engine;

import java.util.List;
import java.util.Optional;

/** Commands that run in a container beside its first process. */
public interface Execs {
    /**
     * A command to run.
     *
     * @param stdin whether input will be sent
     * @param stdout whether standard output is wanted
     * @param stderr whether standard error is wanted
     * @param tty a terminal
     * @param user {@code user[:group]}; empty for the container's
     * @param privileged everything allowed
     * @param env {@code NAME=value}, beside the container's
     * @param workingDir empty for the container's
     * @param command the program and its arguments
     * @param detachKeys as the client said
     */
    record ExecRequest(
            boolean stdin,
            boolean stdout,
            boolean stderr,
            boolean tty,
            String user,
            boolean privileged,
            List<String> env,
            String workingDir,
            List<String> command,
            String detachKeys) {
        /** Copies the lists. */
        public ExecRequest {
            env = List.copyOf(env);
            command = List.copyOf(command);
        }
    }

    /**
     * A command as it was at one moment.
     *
     * @param id 64 hexadecimal digits
     * @param containerId where it runs
     * @param request what was asked for
     * @param running whether it runs
     * @param exitCode empty until it has ended
     * @param pid on the host; 0 unless it runs
     */
    record Exec(
            String id, String containerId, ExecRequest request, boolean running, Optional<Integer> exitCode, int pid) {}

    /** Makes a command ready; returns its id. The container must run. */
    String create(String containerRef, ExecRequest request);

    /** One command. */
    Exec find(String execId);

    /** Starts it and attaches. Returns when it runs. */
    InputHandle start(String execId, OutputSink sink);

    /** Starts it and leaves it alone. */
    void startDetached(String execId);

    /** Sets the size of its terminal. */
    void resize(String execId, int rows, int columns);
}
