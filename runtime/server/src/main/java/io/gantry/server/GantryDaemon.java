package io.gantry.server;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's program. Exit codes: 0 after a signal, 1 if it cannot start, 125 for wrong flags. */
public final class GantryDaemon {
    private static final int FAILED = 1;
    private static final int WRONG_FLAGS = 125;

    private GantryDaemon() {}

    /** Runs until a signal comes. */
    public static void main(String[] arguments) throws InterruptedException {
        GantryVersion version = GantryVersion.current();
        DaemonFlags flags = flags(arguments);
        if (flags.help()) {
            System.out.print(DaemonFlags.HELP);
        } else if (flags.version()) {
            System.out.println("Gantry version " + version.number());
        } else {
            run(flags, version);
        }
    }

    private static DaemonFlags flags(String[] arguments) {
        try {
            DaemonFlags flags = DaemonFlags.parse(List.of(arguments));
            flags.hosts().forEach(Listen::parse);
            return flags;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\nSee 'gantry daemon --help'.");
            System.exit(WRONG_FLAGS);
            throw e;
        }
    }

    private static void run(DaemonFlags flags, GantryVersion version) throws InterruptedException {
        frugalDefaults();
        DaemonLog.level(flags.logLevel());
        Logger log = LoggerFactory.getLogger(GantryDaemon.class);
        Daemon daemon = new Daemon(flags, version);
        Thread onSignal = new Thread(
                () -> {
                    log.info("Ending on a signal; containers go on");
                    daemon.close();
                    Runtime.getRuntime().halt(0);
                },
                "gantry-shutdown");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            daemon.start();
        } catch (StartException e) {
            log.debug("start failed", e);
            System.err.println("gantry daemon: " + e.getMessage());
            Runtime.getRuntime().halt(FAILED);
        }
        new CountDownLatch(1).await();
    }

    /** What Netty would otherwise start or reserve for loads that a daemon does not see. */
    private static void frugalDefaults() {
        defaultTo("io.netty.jfr.enabled", "false");
        defaultTo("io.netty.leakDetection.level", "disabled");
        defaultTo("io.netty.recycler.maxCapacityPerThread", "0");
    }

    private static void defaultTo(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
