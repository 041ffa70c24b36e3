package io.gantry.engine.oci;

import io.gantry.engine.model.DeviceMapping;
import io.gantry.engine.model.Ulimit;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A container as the engine has worked it out: names resolved to paths, defaults of the image applied, nothing of the OCI
 * specification in it.
 *
 * @param containerId its id; also its cgroup's name
 * @param rootfs its root directory, mounted
 * @param readonlyRootfs whether it may not be written to
 * @param process what runs first
 * @param hostname empty for none
 * @param domainname empty for none
 * @param mounts beside the usual ones, in the order in which they are to be mounted
 * @param shm what {@code /dev/shm} is
 * @param namespaces which of its own
 * @param security what it may do
 * @param resources how much it may use
 * @param cgroupParent absolute path in the hierarchy; empty for {@code /gantry}
 * @param sysctls kernel parameters by key
 * @param init run a small init as process 1
 * @param annotations for the OCI runtime
 */
public record OciRequest(
        String containerId,
        Path rootfs,
        boolean readonlyRootfs,
        ProcessRequest process,
        String hostname,
        String domainname,
        List<Mount> mounts,
        Shm shm,
        Namespaces namespaces,
        Security security,
        Resources resources,
        String cgroupParent,
        Map<String, String> sysctls,
        boolean init,
        Map<String, String> annotations) {
    /** Copies the collections and refuses nulls. */
    public OciRequest {
        Objects.requireNonNull(containerId, "containerId");
        Objects.requireNonNull(rootfs, "rootfs");
        Objects.requireNonNull(process, "process");
        Objects.requireNonNull(hostname, "hostname");
        Objects.requireNonNull(domainname, "domainname");
        mounts = List.copyOf(mounts);
        Objects.requireNonNull(shm, "shm");
        Objects.requireNonNull(namespaces, "namespaces");
        Objects.requireNonNull(security, "security");
        Objects.requireNonNull(resources, "resources");
        Objects.requireNonNull(cgroupParent, "cgroupParent");
        sysctls = Collections.unmodifiableMap(new LinkedHashMap<>(sysctls));
        annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    }

    /**
     * A process.
     *
     * @param args the program and its arguments; not empty
     * @param env {@code NAME=value}; complete
     * @param cwd empty for {@code /}
     * @param user {@code user[:group]}, names or numbers; empty for root
     * @param groups further groups, names or numbers
     * @param tty a terminal
     * @param consoleSize rows and columns at first
     * @param ulimits resource limits; those not named are the engine's own
     * @param oomScoreAdj -1000 to 1000
     */
    public record ProcessRequest(
            List<String> args,
            List<String> env,
            String cwd,
            String user,
            List<String> groups,
            boolean tty,
            Optional<ConsoleSize> consoleSize,
            List<Ulimit> ulimits,
            int oomScoreAdj) {
        /** Copies the lists and refuses nulls. */
        public ProcessRequest {
            args = List.copyOf(args);
            env = List.copyOf(env);
            Objects.requireNonNull(cwd, "cwd");
            Objects.requireNonNull(user, "user");
            groups = List.copyOf(groups);
            Objects.requireNonNull(consoleSize, "consoleSize");
            ulimits = List.copyOf(ulimits);
        }

        /** A program as root in {@code /}, without a terminal. */
        public static ProcessRequest of(List<String> args, List<String> env) {
            return new ProcessRequest(args, env, "", "", List.of(), false, Optional.empty(), List.of(), 0);
        }
    }

    /** A terminal's size in characters. */
    public record ConsoleSize(int rows, int columns) {}

    /** Something mounted beneath the root. */
    public sealed interface Mount {
        /** Where, absolute, in the container. */
        String target();

        /**
         * A directory or file of the host.
         *
         * @param source absolute; must exist
         * @param target absolute
         * @param readonly may not be written to
         * @param propagation {@code rprivate} (also if empty), {@code private}, {@code rslave}, {@code slave},
         *     {@code rshared} or {@code shared}
         * @param recursive with what is mounted beneath the source
         */
        record Bind(Path source, String target, boolean readonly, String propagation, boolean recursive)
                implements Mount {}

        /**
         * Memory.
         *
         * @param target absolute
         * @param options of {@code tmpfs(5)} and {@code mount(8)}; Docker's defaults {@code noexec,nosuid,nodev} come first
         */
        record Tmpfs(String target, List<String> options) implements Mount {
            /** Copies the list. */
            public Tmpfs {
                options = List.copyOf(options);
            }
        }
    }

    /** What {@code /dev/shm} is. */
    public sealed interface Shm {
        /** 64 MiB of its own. */
        Shm DEFAULT = new Own(64L << 20);

        /** Memory of its own; so many bytes. */
        record Own(long bytes) implements Shm {}

        /** A directory of the host: another container's, or the host's own. */
        record Shared(Path source) implements Shm {}

        /** None, as with {@code --ipc none}. */
        record None() implements Shm {}
    }

    /** Whose namespace. */
    public sealed interface Namespace {
        /** A new one. */
        Namespace PRIVATE = new Private();

        /** The host's. */
        Namespace HOST = new Host();

        /** A new one. */
        record Private() implements Namespace {}

        /** The host's. */
        record Host() implements Namespace {}

        /** The one at a path such as {@code /proc/7/ns/net} or {@code /run/netns/x}. */
        record Join(Path path) implements Namespace {}
    }

    /**
     * Namespaces. That of mounts is always its own.
     *
     * @param network where the engine has attached it; {@code PRIVATE} has a loopback device only
     */
    public record Namespaces(
            Namespace pid, Namespace ipc, Namespace uts, Namespace cgroup, Namespace user, Namespace network) {
        /** All of its own but the user namespace, and, as Docker has it, the cgroup namespace on v1. */
        public static Namespaces standard(Namespace network) {
            Namespace own = Namespace.PRIVATE;
            Namespace cgroup = CgroupSetup.detect() == CgroupSetup.V2 ? own : Namespace.HOST;
            return new Namespaces(own, own, own, cgroup, Namespace.HOST, network);
        }
    }

    /** Which system calls are let through. */
    public sealed interface Seccomp {
        /** Our default profile. */
        record Standard() implements Seccomp {}

        /** All. */
        record Unconfined() implements Seccomp {}

        /** A profile in Docker's format, as JSON. */
        record Custom(String json) implements Seccomp {}
    }

    /**
     * What a container may do.
     *
     * @param privileged everything
     * @param capAdd capabilities, {@code CAP_} or not, or {@code ALL}
     * @param capDrop the same
     * @param seccomp ignored when privileged
     * @param noNewPrivileges set-user-id programs gain nothing
     * @param devices of the host
     * @param deviceCgroupRules such as {@code c 42:* rmw}
     * @param maskedPaths empty for Docker's; an empty list for none
     * @param readonlyPaths the same
     */
    public record Security(
            boolean privileged,
            List<String> capAdd,
            List<String> capDrop,
            Seccomp seccomp,
            boolean noNewPrivileges,
            List<DeviceMapping> devices,
            List<String> deviceCgroupRules,
            Optional<List<String>> maskedPaths,
            Optional<List<String>> readonlyPaths) {
        /** Nothing asked for. */
        public static final Security STANDARD = new Security(
                false,
                List.of(),
                List.of(),
                new Seccomp.Standard(),
                false,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty());

        /** Copies the lists and refuses nulls. */
        public Security {
            capAdd = List.copyOf(capAdd);
            capDrop = List.copyOf(capDrop);
            Objects.requireNonNull(seccomp, "seccomp");
            devices = List.copyOf(devices);
            deviceCgroupRules = List.copyOf(deviceCgroupRules);
            maskedPaths = maskedPaths.map(List::copyOf);
            readonlyPaths = readonlyPaths.map(List::copyOf);
        }
    }

    /**
     * Limits, zero or empty for none, in Docker's units.
     *
     * @param memory bytes
     * @param memorySwap bytes of memory and swap together; 0 for twice the memory, -1 for no limit
     * @param memoryReservation bytes
     * @param memorySwappiness 0 to 100
     * @param oomKillDisable no OOM killer (v1 only)
     * @param nanoCpus billionths of a CPU
     * @param cpuShares relative weight
     * @param cpuPeriod microseconds
     * @param cpuQuota microseconds
     * @param cpusetCpus such as {@code 0-2}
     * @param cpusetMems such as {@code 0,1}
     * @param pids processes; 0 or -1 for no limit
     * @param blkioWeight 10 to 1000
     */
    public record Resources(
            long memory,
            long memorySwap,
            long memoryReservation,
            Optional<Long> memorySwappiness,
            boolean oomKillDisable,
            long nanoCpus,
            long cpuShares,
            long cpuPeriod,
            long cpuQuota,
            String cpusetCpus,
            String cpusetMems,
            long pids,
            int blkioWeight) {
        /** No limits. */
        public static final Resources NONE = new Resources(0, 0, 0, Optional.empty(), false, 0, 0, 0, 0, "", "", 0, 0);

        /** Refuses nulls. */
        public Resources {
            Objects.requireNonNull(memorySwappiness, "memorySwappiness");
            Objects.requireNonNull(cpusetCpus, "cpusetCpus");
            Objects.requireNonNull(cpusetMems, "cpusetMems");
        }
    }
}
