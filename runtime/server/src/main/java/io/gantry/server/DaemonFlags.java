package io.gantry.server;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The daemon's flags, named as dockerd's.
 *
 * @param hosts where to listen
 * @param dataRoot what survives a reboot
 * @param execRoot what does not
 * @param pidFile where to note the process id
 * @param storageDriver the default storage driver; empty for the best that works
 * @param storageOptions options of storage drivers
 * @param storageRoots directories of single storage drivers' layers
 * @param pluginPath where to look for drivers beside the distribution's; empty for the system's two places
 * @param runtimes programs of OCI runtimes, by name
 * @param defaultRuntime the runtime to use
 * @param conmon the container monitor
 * @param firewall the firewall back end; empty for the best that works
 * @param tls how TCP ports are protected
 * @param logLevel {@code trace}, {@code debug}, {@code info}, {@code warn} or {@code error}
 * @param version show the version and end
 * @param help show the flags and end
 */
record DaemonFlags(
        List<String> hosts,
        Path dataRoot,
        Path execRoot,
        Path pidFile,
        Optional<String> storageDriver,
        Map<String, String> storageOptions,
        Map<String, Path> storageRoots,
        List<Path> pluginPath,
        Map<String, String> runtimes,
        String defaultRuntime,
        String conmon,
        Optional<String> firewall,
        TlsFlags tls,
        String logLevel,
        boolean version,
        boolean help) {
    private static final String EXEC_ROOT = "/run/gantry";
    private static final Map<String, String> SHORT = Map.of(
            "H",
            "host",
            "p",
            "pidfile",
            "s",
            "storage-driver",
            "l",
            "log-level",
            "D",
            "debug",
            "v",
            "version",
            "h",
            "help",
            "g",
            "data-root");
    private static final List<String> LEVELS = List.of("trace", "debug", "info", "warn", "error");

    static final String HELP = """
            Usage: gantry daemon [FLAGS]

            Runs the daemon in the foreground.

              -H, --host URL             Listen on unix:///path or tcp://address:port; may be given several times
                                         (default unix:///run/gantry/gantry.sock)
                  --data-root PATH       Images, layers, volumes and state (default /var/lib/gantry)
                  --exec-root PATH       Sockets, mounts and namespaces (default /run/gantry)
              -p, --pidfile PATH         Process id file (default gantry.pid in the exec root)
              -s, --storage-driver NAME  Default storage driver (default: the best that works)
                  --storage-opt KEY=VAL  Option of a storage driver; may be given several times
                  --storage-root NAME=PATH  Where a storage driver keeps its layers (default storage/NAME
                                         in the data root); may be given several times
                  --plugin-path PATH     Look for drivers here too, in place of /usr/lib/gantry/drivers
                                         and /etc/gantry/drivers; may be given several times
                  --add-runtime NAME=PATH  Name an OCI runtime; may be given several times
                  --default-runtime NAME   OCI runtime, by name or path (default runc)
                  --conmon PATH          Container monitor (default conmon)
                  --firewall NAME        Firewall back end (default: the best that works)
                  --tls                  Encrypt TCP ports, with --tlscert and --tlskey
                  --tlsverify            The same, and let only clients in that --tlscacert vouches for
                  --tlscacert PATH       Certificates of whoever vouches for clients
                  --tlscert PATH         Certificate of this daemon
                  --tlskey PATH          Its private key (PKCS#8)
              -l, --log-level LEVEL      trace, debug, info, warn or error (default info)
              -D, --debug                Same as --log-level debug
              -v, --version              Show the version
              -h, --help                 Show this text
            """;

    /** Reads them; an {@link IllegalArgumentException} is in words for the user. */
    static DaemonFlags parse(List<String> arguments) {
        return new Parser(arguments).parse();
    }

    /** The program of the default runtime. */
    String runtime() {
        return runtimes.getOrDefault(defaultRuntime, defaultRuntime);
    }

    private static final class Parser {
        private final Deque<String> rest;
        private final Map<String, List<String>> given = new LinkedHashMap<>();

        Parser(List<String> arguments) {
            this.rest = new ArrayDeque<>(arguments);
        }

        DaemonFlags parse() {
            while (!rest.isEmpty()) {
                next(rest.pop());
            }
            String execRoot = last("exec-root").orElse(EXEC_ROOT);
            return new DaemonFlags(
                    given.getOrDefault("host", List.of("unix:///run/gantry/gantry.sock")),
                    path(last("data-root").orElse("/var/lib/gantry")),
                    path(execRoot),
                    path(last("pidfile").orElse(execRoot + "/gantry.pid")),
                    last("storage-driver"),
                    pairs("storage-opt"),
                    storageRoots(),
                    given.getOrDefault("plugin-path", List.of()).stream()
                            .map(Parser::path)
                            .toList(),
                    pairs("add-runtime"),
                    last("default-runtime").or(() -> last("runtime")).orElse("runc"),
                    last("conmon").orElse("conmon"),
                    last("firewall"),
                    tls(),
                    level(),
                    isOn("version"),
                    isOn("help"));
        }

        private void next(String argument) {
            if (!argument.startsWith("-") || argument.equals("-")) {
                throw new IllegalArgumentException("unexpected argument: " + argument);
            }
            String name;
            Optional<String> value = Optional.empty();
            if (argument.startsWith("--")) {
                int equals = argument.indexOf('=');
                name = argument.substring(2, equals < 0 ? argument.length() : equals);
                value = equals < 0 ? value : Optional.of(argument.substring(equals + 1));
            } else {
                name = SHORT.getOrDefault(argument.substring(1, 2), "");
                String tail = argument.substring(2);
                value = tail.isEmpty() ? value : Optional.of(tail.startsWith("=") ? tail.substring(1) : tail);
            }
            switch (name) {
                case "debug", "version", "help", "tls", "tlsverify" -> add(name, value.orElse("true"));
                case "host",
                        "data-root",
                        "exec-root",
                        "pidfile",
                        "storage-driver",
                        "storage-opt",
                        "storage-root",
                        "plugin-path",
                        "add-runtime",
                        "default-runtime",
                        "runtime",
                        "conmon",
                        "firewall",
                        "tlscacert",
                        "tlscert",
                        "tlskey",
                        "log-level" -> add(name, value.orElseGet(() -> operand(argument)));
                default -> throw new IllegalArgumentException("unknown flag: " + argument);
            }
        }

        private String operand(String flag) {
            if (rest.isEmpty()) {
                throw new IllegalArgumentException("flag needs an argument: " + flag);
            }
            return rest.pop();
        }

        private void add(String name, String value) {
            given.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
        }

        private Optional<String> last(String name) {
            List<String> values = given.getOrDefault(name, List.of());
            return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
        }

        private boolean isOn(String name) {
            return last(name).map(value -> !value.equals("false")).orElse(false);
        }

        private TlsFlags tls() {
            return new TlsFlags(
                    isOn("tls"),
                    isOn("tlsverify"),
                    last("tlscacert").map(Parser::path),
                    last("tlscert").map(Parser::path),
                    last("tlskey").map(Parser::path));
        }

        private String level() {
            String level = isOn("debug") ? "debug" : last("log-level").orElse("info");
            if (!LEVELS.contains(level)) {
                throw new IllegalArgumentException(
                        "invalid log level: " + level + ": use one of " + String.join(", ", LEVELS));
            }
            return level;
        }

        private Map<String, String> pairs(String name) {
            Map<String, String> pairs = new LinkedHashMap<>();
            for (String text : given.getOrDefault(name, List.of())) {
                int equals = text.indexOf('=');
                if (equals <= 0) {
                    throw new IllegalArgumentException("invalid value for --" + name + ": " + text + ": the form is "
                            + (name.equals("storage-opt") ? "key=value" : "name=path"));
                }
                pairs.put(text.substring(0, equals), text.substring(equals + 1));
            }
            return pairs;
        }

        private Map<String, Path> storageRoots() {
            Map<String, Path> roots = new LinkedHashMap<>();
            pairs("storage-root").forEach((name, text) -> {
                Path root = path(text);
                if (roots.containsValue(root)) {
                    throw new IllegalArgumentException(
                            "invalid value for --storage-root: two drivers cannot share " + root);
                }
                roots.put(name, root);
            });
            return roots;
        }

        private static Path path(String text) {
            return Path.of(text).toAbsolutePath().normalize();
        }
    }
}
