package io.gantry.engine;

import io.gantry.engine.model.HostConfig;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Containers. */
public interface Containers {
    /**
     * A container that was made.
     *
     * @param id its id
     * @param warnings what the user should know, in Docker's words
     */
    record Created(String id, List<String> warnings) {
        /** Copies the list. */
        public Created {
            warnings = List.copyOf(warnings);
        }
    }

    /** Makes a container. An image that is not there is {@code No such image: …}, of kind not found. */
    Created create(CreateContainer request);

    /** One container. */
    Container find(String ref);

    /** All containers, the youngest first. */
    List<Container> list();

    /** Starts a container; of kind not modified if it runs. The warnings are Docker's. */
    List<String> start(String ref);

    /** Asks the container to end, and kills it after a time ({@code -1}: never). Of kind not modified if it does not run. */
    void stop(String ref, Optional<Integer> timeoutSeconds, Optional<String> signal);

    /** Stops it if it runs, and starts it. */
    void restart(String ref, Optional<Integer> timeoutSeconds, Optional<String> signal);

    /** Sends a signal, by name or number. */
    void kill(String ref, String signal);

    /** Freezes it. */
    void pause(String ref);

    /** Thaws it. */
    void unpause(String ref);

    /** Gives it another name. */
    void rename(String ref, String name);

    /** Removes it with its layer and log. */
    void remove(String ref, boolean force, boolean volumes);

    /** Takes from it the name by which it is linked to another; both stay. */
    void removeLink(String ref, String alias);

    /** Changes resources and restart policy. Returns warnings. */
    List<String> update(String ref, HostConfig changes);

    /** Completes when the condition holds. Cancelling the future ends the wait. */
    CompletableFuture<WaitResult> await(String ref, WaitCondition condition);

    /** Attaches to a container, running or about to start. Returns at once; output goes to the sink from another thread. */
    InputHandle attach(String ref, AttachRequest request, OutputSink sink);

    /** Sets the size of its terminal. */
    void resize(String ref, int rows, int columns);

    /** Sends what was logged to the sink, from another thread. Closing what is returned ends it. */
    AutoCloseable logs(String ref, LogRequest request, OutputSink sink);

    /** Its processes, as {@code ps} with these arguments shows them. */
    ProcessTable top(String ref, String psArguments);

    /** What differs from its image. */
    List<Change> changes(String ref);

    /** Writes its file system as a tar archive. */
    void export(String ref, OutputStream out);

    /** Writes a path of its file system as a tar archive. */
    void copyOut(String ref, String path, OutputStream out);

    /** What a path of its file system is. */
    PathStat statPath(String ref, String path);

    /** Unpacks a tar archive (plain or compressed) into a directory of its file system. */
    void copyIn(String ref, String directory, CopyIn how, InputStream archive);

    /** Bytes of its own layer, and of layer and image together. */
    SizeReport size(String ref);

    /** What its control groups count; zeros if it does not run. */
    Stats stats(String ref);

    /** Commands that run beside its first process. */
    Execs execs();

    /**
     * A table of processes.
     *
     * @param titles of the columns
     * @param processes the rows
     */
    record ProcessTable(List<String> titles, List<List<String>> processes) {}

    /**
     * A difference from the image.
     *
     * @param path in the container
     * @param kind what happened to it
     */
    record Change(String path, Kind kind) {
        /** What happened to a path, in the order of Docker's numbers. */
        public enum Kind {
            /** It was changed. */
            MODIFIED,
            /** It is new. */
            ADDED,
            /** It is gone. */
            DELETED
        }
    }

    /**
     * What a path is.
     *
     * @param name its last part
     * @param size bytes
     * @param mode as Go's {@code os.FileMode}
     * @param modified when its content changed
     * @param linkTarget of a symbolic link; else empty
     */
    record PathStat(String name, long size, long mode, java.time.Instant modified, String linkTarget) {}

    /**
     * How an archive is unpacked.
     *
     * @param noOverwriteDirNonDir refuse to replace a directory by something else, and the other way round
     * @param copyUidGid give all to the user that the container is configured to run as, if there is one
     */
    record CopyIn(boolean noOverwriteDirNonDir, boolean copyUidGid) {}

    /**
     * Sizes in bytes.
     *
     * @param writable of its own layer
     * @param rootFs of that and its image
     */
    record SizeReport(long writable, long rootFs) {}

    /**
     * What control groups count; zero where the kernel does not tell.
     *
     * @param read when
     * @param cpuTotalNanos CPU time
     * @param cpuUserNanos CPU time in user mode
     * @param cpuKernelNanos CPU time in the kernel
     * @param systemCpuNanos CPU time of the machine
     * @param onlineCpus CPUs
     * @param memoryUsage bytes
     * @param memoryLimit bytes
     * @param memoryInactiveFile bytes of page cache that can go
     * @param pids processes and threads
     * @param blockRead bytes
     * @param blockWrite bytes
     * @param networks by interface
     */
    record Stats(
            java.time.Instant read,
            long cpuTotalNanos,
            long cpuUserNanos,
            long cpuKernelNanos,
            long systemCpuNanos,
            int onlineCpus,
            long memoryUsage,
            long memoryLimit,
            long memoryInactiveFile,
            long pids,
            long blockRead,
            long blockWrite,
            java.util.Map<String, InterfaceCounters> networks) {}

    /**
     * Counters of an interface.
     *
     * @param rxBytes received
     * @param rxPackets received
     * @param txBytes sent
     * @param txPackets sent
     */
    record InterfaceCounters(long rxBytes, long rxPackets, long txBytes, long txPackets) {}
}
