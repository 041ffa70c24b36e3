package io.gantry.server;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The flags of {@code gantry driver serve}.
 *
 * @param network the network driver to serve
 * @param socket where to listen
 * @param dataRoot what survives a reboot: a folder of this driver's own
 * @param execRoot what does not
 * @param pluginPath where to look for drivers beside the distribution's; empty for the system's two places
 * @param firewall the firewall back end; empty for the best that works
 * @param logLevel {@code trace}, {@code debug}, {@code info}, {@code warn} or {@code error}
 * @param help show the flags and end
 */
record ServeFlags(
        String network,
        Path socket,
        Path dataRoot,
        Path execRoot,
        List<Path> pluginPath,
        Optional<String> firewall,
        String logLevel,
        boolean help) {
    static final String HELP = """
            Usage: gantry driver serve --network NAME [FLAGS]

            Serves a network driver to Docker or another engine as a remote plug-in, in the foreground. With the default
            socket, "docker network create -d gantry-NAME" makes networks of it.

                  --network NAME         The network driver: one of Gantry's or a third party's
                  --socket PATH          Where to listen; the file's name less ".sock" is the plug-in's name for Docker
                                         (default /run/docker/plugins/gantry-NAME.sock)
                  --data-root PATH       State (default /var/lib/gantry/served/NAME)
                  --exec-root PATH       Run-time state (default /run/gantry/served/NAME)
                  --plugin-path PATH     Look for drivers here too, in place of /usr/lib/gantry/drivers
                                         and /etc/gantry/drivers; may be given several times
                  --firewall NAME        Firewall back end (default: the best that works)
              -l, --log-level LEVEL      trace, debug, info, warn or error (default info)
              -h, --help                 Show this text
            """;
    private static final List<String> VALUED = List.of(
            "--network", "--socket", "--data-root", "--exec-root", "--plugin-path", "--firewall", "--log-level");

    /** Reads what follows {@code driver serve}; an {@link IllegalArgumentException} is in words for the user. */
    static ServeFlags parse(List<String> arguments) {
        Deque<String> rest = new ArrayDeque<>(arguments);
        Map<String, String> given = new HashMap<>();
        List<Path> pluginPath = new ArrayList<>();
        boolean help = false;
        while (!rest.isEmpty()) {
            String argument = rest.pop();
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String flag = equals < 0 ? argument : argument.substring(0, equals);
            flag = flag.equals("-l") ? "--log-level" : flag;
            if (flag.equals("-h") || flag.equals("--help")) {
                help = true;
            } else if (!VALUED.contains(flag)) {
                throw new IllegalArgumentException("unknown flag: " + argument);
            } else if (equals < 0 && rest.isEmpty()) {
                throw new IllegalArgumentException("flag needs an argument: " + argument);
            } else {
                String value = equals < 0 ? rest.pop() : argument.substring(equals + 1);
                given.put(flag, value);
                if (flag.equals("--plugin-path")) {
                    pluginPath.add(absolute(value));
                }
            }
        }
        return of(given, pluginPath, help);
    }

    private static ServeFlags of(Map<String, String> given, List<Path> pluginPath, boolean help) {
        String network = given.getOrDefault("--network", "");
        if (!help && !network.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    network.isEmpty()
                            ? "name the driver to serve with --network"
                            : "no network driver can be called " + network);
        }
        String level = given.getOrDefault("--log-level", "info");
        if (!List.of("trace", "debug", "info", "warn", "error").contains(level)) {
            throw new IllegalArgumentException("no log level is called " + level);
        }
        return new ServeFlags(
                network,
                absolute(given.getOrDefault("--socket", "/run/docker/plugins/gantry-" + network + ".sock")),
                absolute(given.getOrDefault("--data-root", "/var/lib/gantry/served/" + network)),
                absolute(given.getOrDefault("--exec-root", "/run/gantry/served/" + network)),
                pluginPath,
                Optional.ofNullable(given.get("--firewall")),
                level,
                help);
    }

    private static Path absolute(String text) {
        return Path.of(text).toAbsolutePath().normalize();
    }
}
