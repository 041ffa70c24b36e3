package io.gantry.server;

import java.nio.file.Path;

/** Where the daemon listens. */
sealed interface Listen {
    /** A Unix socket. */
    record Unix(Path socket) implements Listen {
        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /** A TCP port; whoever reaches it is root on this machine. */
    record Tcp(String host, int port) implements Listen {
        @Override
        public String toString() {
            return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * Reads what {@code --host} takes.
     *
     * @throws IllegalArgumentException in words for the user
     */
    static Listen parse(String host) {
        if (host.startsWith("unix://") && host.length() > "unix://".length()) {
            return new Unix(
                    Path.of(host.substring("unix://".length())).toAbsolutePath().normalize());
        }
        if (host.startsWith("/")) {
            return new Unix(Path.of(host).normalize());
        }
        if (host.startsWith("tcp://")) {
            String text = host.substring("tcp://".length());
            int colon = text.lastIndexOf(':');
            String port = text.substring(colon + 1);
            if (colon >= 0 && port.matches("\\d{1,5}") && Integer.parseInt(port) <= 0xffff) {
                String name = text.substring(0, colon).replaceAll("[\\[\\]]", "");
                return new Tcp(name.isEmpty() ? "127.0.0.1" : name, Integer.parseInt(port));
            }
        }
        throw new IllegalArgumentException(
                "cannot listen on " + host + ": use unix:///path/to.sock or tcp://address:port");
    }
}
