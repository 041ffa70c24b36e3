package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.engine.log.LogOptions;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.Healthcheck;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.network.PublishedPorts;
import java.util.Set;

/** What a request for a container must be, told in Docker's words, before anything is made. */
final class RequestChecks {
    private static final long LEAST_NANOS = 1_000_000;
    private static final long LEAST_MEMORY = 6L << 20;
    private static final Set<String> POLICIES = Set.of("", "no", "always", "on-failure", "unless-stopped");

    private RequestChecks() {}

    static void check(ContainerConfig config, HostConfig host) {
        if (!config.workingDir().isEmpty() && !config.workingDir().startsWith("/")) {
            throw invalid(
                    "the working directory '" + config.workingDir() + "' is invalid, it needs to be an absolute path");
        }
        if (!config.stopSignal().isEmpty()) {
            Signals.number(config.stopSignal());
        }
        if (config.hostname().length() > 63) {
            throw invalid("invalid hostname: " + config.hostname() + " is longer than 63 characters");
        }
        config.exposedPorts().keySet().forEach(RequestChecks::checkPort);
        host.portBindings().keySet().forEach(RequestChecks::checkPort);
        PublishedPorts.check(host.portBindings());
        config.healthcheck().ifPresent(RequestChecks::checkHealthcheck);
        checkPolicy(host);
        checkResources(host);
        LogOptions unused = LogOptions.of(host.logConfig());
        if (!host.deviceRequests().isEmpty()) {
            throw refused(
                    "could not select device driver \"\" with capabilities: device requests such as --gpus are not built");
        }
        if (!Set.of("", "host").contains(host.usernsMode())) {
            throw invalid("invalid user namespace mode: " + host.usernsMode());
        }
        if (!Set.of("", "host", "private").contains(host.utsMode())) {
            throw invalid("invalid UTS mode: " + host.utsMode());
        }
        SecurityOptions.of(host);
    }

    private static void checkPort(String port) {
        if (!port.matches("\\d{1,5}(-\\d{1,5})?(/(tcp|udp|sctp))?")) {
            throw invalid("invalid port specification: \"" + port + "\"");
        }
    }

    private static void checkHealthcheck(Healthcheck check) {
        checkDuration("Interval", check.interval());
        checkDuration("Timeout", check.timeout());
        if (check.retries() < 0) {
            throw invalid("Retries in Healthcheck cannot be negative");
        }
        checkDuration("StartPeriod", check.startPeriod());
        checkDuration("StartInterval", check.startInterval());
    }

    private static void checkDuration(String name, long nanos) {
        if (nanos != 0 && nanos < LEAST_NANOS) {
            throw invalid(name + " in Healthcheck cannot be less than 1ms");
        }
    }

    private static void checkPolicy(HostConfig host) {
        String name = host.restartPolicy().name();
        if (!POLICIES.contains(name)) {
            throw invalid("invalid restart policy: unknown policy '" + name
                    + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        }
        if (host.restartPolicy().maximumRetryCount() != 0 && !name.equals("on-failure")) {
            throw invalid("invalid restart policy: maximum retry count can only be used with 'on-failure'");
        }
        if (host.autoRemove() && !name.isEmpty() && !name.equals("no")) {
            throw invalid("can't create 'AutoRemove' container with restart policy");
        }
    }

    private static void checkResources(HostConfig host) {
        if (host.memory() != 0 && host.memory() < LEAST_MEMORY) {
            throw invalid("Minimum memory limit allowed is 6MB");
        }
        if (host.memorySwap() > 0 && host.memory() == 0) {
            throw invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        }
        if (host.memorySwap() > 0 && host.memorySwap() < host.memory()) {
            throw invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        }
        if (host.nanoCpus() > 0 && (host.cpuPeriod() > 0 || host.cpuQuota() > 0)) {
            throw invalid("Conflicting options: Nano CPUs and CPU Period cannot both be set");
        }
        int cpus = Runtime.getRuntime().availableProcessors();
        if (host.nanoCpus() < 0 || host.nanoCpus() > cpus * 1_000_000_000L) {
            throw invalid(
                    "range of CPUs is from 0.01 to " + cpus + ".00, as there are only " + cpus + " CPUs available");
        }
        if (host.shmSize() < 0) {
            throw invalid("SHM size can not be less than 0");
        }
        if (host.oomScoreAdj() < -1000 || host.oomScoreAdj() > 1000) {
            throw invalid("Invalid value " + host.oomScoreAdj() + ", range for oom score adj is [-1000, 1000]");
        }
    }

    /** The host configuration as it is kept: the network resolved, the size of shared memory and policy filled in. */
    static HostConfig complete(HostConfig host, String mode, String runtime) {
        return HostConfigs.complete(host, mode, OciPlanner.shmSize(host), runtime);
    }

    private static EngineException invalid(String message) {
        return new EngineException(EngineException.Kind.INVALID, message);
    }

    private static EngineException refused(String message) {
        return new EngineException(EngineException.Kind.NOT_IMPLEMENTED, message);
    }
}
