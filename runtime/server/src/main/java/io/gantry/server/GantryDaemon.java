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
        List<String> words = List.of(arguments);
        if (!words.isEmpty() && words.get(0).equals("driver")) {
            serve(words.subList(1, words.size()));
            return;
        }
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
        Daemon daemon = new Daemon(flags, version);
        untilSignal("gantry daemon", "Ending on a signal; containers go on", daemon, daemon::start);
    }

    private static void serve(List<String> words) throws InterruptedException {
        ServeFlags flags;
        try {
            if (words.isEmpty() || !words.get(0).equals("serve")) {
                throw new IllegalArgumentException("unknown command: driver " + String.join(" ", words));
            }
            flags = ServeFlags.parse(words.subList(1, words.size()));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\nSee 'gantry driver serve --help'.");
            System.exit(WRONG_FLAGS);
            throw e;
        }
        if (flags.help()) {
            System.out.print(ServeFlags.HELP);
            return;
        }
        frugalDefaults();
        DaemonLog.level(flags.logLevel());
        DriverServe server = new DriverServe(flags);
        untilSignal("gantry driver serve", "Ending on a signal; networks stay", server, server::start);
    }

    private static void untilSignal(String program, String farewell, AutoCloseable served, Runnable start)
            throws InterruptedException {
        Logger log = LoggerFactory.getLogger(GantryDaemon.class);
        Thread onSignal = new Thread(
                () -> {
                    log.info(farewell);
                    close(log, served);
                    Runtime.getRuntime().halt(0);
                },
                "gantry-shutdown");
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            start.run();
        } catch (StartException e) {
            log.debug("start failed", e);
            System.err.println(program + ": " + e.getMessage());
            Runtime.getRuntime().halt(FAILED);
        }
        new CountDownLatch(1).await();
    }

    private static void close(Logger log, AutoCloseable served) {
        try {
            served.close();
        } catch (Exception e) {
            log.warn("not everything could be closed", e);
        }
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
