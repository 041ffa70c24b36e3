package io.gantry.storage.zfs;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Commands that a killed daemon started: they go on without it, and could make a dataset after its left-overs were looked for. */
final class Abandoned {
    private static final System.Logger LOG = System.getLogger(Abandoned.class.getName());
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Set<String> CHANGING = Set.of("create", "clone", "snapshot", "destroy", "set", "program");

    private Abandoned() {}

    /** Waits until no command works on a root's datasets, though not for ever: later left-overs are found by the next clean-up. */
    static void awaitCommandsOn(String home) {
        List<ProcessHandle> running = ProcessHandle.allProcesses()
                .filter(process -> worksOn(process.info().arguments().orElse(new String[0]), home))
                .toList();
        for (ProcessHandle process : running) {
            LOG.log(System.Logger.Level.INFO, "waiting for {0}, which works on {1}", process.pid(), home);
            try {
                process.onExit().get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException | TimeoutException e) {
                LOG.log(System.Logger.Level.WARNING, "process " + process.pid() + " still works on " + home, e);
            }
        }
    }

    /** Names of datasets are as good as unique, so that no other program's arguments begin with one by chance. */
    private static boolean worksOn(String[] arguments, String home) {
        if (arguments.length == 0 || !CHANGING.contains(arguments[0])) {
            return false;
        }
        for (String argument : arguments) {
            if (argument.startsWith(home + "/")) {
                return true;
            }
        }
        return false;
    }
}
