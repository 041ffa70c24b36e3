package io.gantry.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/** Where the daemon listens: {@code unix:///path} or {@code tcp://host:port}, as Docker's {@code -H} writes it. */
sealed interface Endpoint {
    /** The socket used when neither {@code -H} nor the environment names one. */
    String DEFAULT = "unix:///run/gantry/gantry.sock";

    /** A new connected channel in blocking mode. */
    SocketChannel connect() throws IOException;

    record Unix(Path path) implements Endpoint {
        @Override
        public SocketChannel connect() throws IOException {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(path));
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public String toString() {
            return "unix://" + path;
        }
    }

    record Tcp(String host, int port) implements Endpoint {
        @Override
        public SocketChannel connect() throws IOException {
            return SocketChannel.open(new InetSocketAddress(host, port));
        }

        @Override
        public String toString() {
            return "tcp://" + host + ":" + port;
        }
    }

    /** The endpoint chosen by {@code -H}, else {@code GANTRY_HOST}, else {@code DOCKER_HOST}, else the default. */
    static Endpoint choose(String flag, Map<String, String> environment) {
        for (String candidate :
                new String[] {flag, environment.get("GANTRY_HOST"), environment.get("DOCKER_HOST"), DEFAULT}) {
            if (candidate != null && !candidate.isEmpty()) {
                return parse(candidate);
            }
        }
        throw new IllegalStateException("the default endpoint is never empty");
    }

    /** Reads one {@code -H} value; a bare path means a unix socket. */
    static Endpoint parse(String host) {
        if (host.startsWith("unix://")) {
            return new Unix(Path.of(host.substring("unix://".length())));
        }
        if (host.startsWith("/")) {
            return new Unix(Path.of(host));
        }
        if (host.startsWith("tcp://")) {
            String address = host.substring("tcp://".length());
            int colon = address.lastIndexOf(':');
            try {
                if (colon < 0 || address.endsWith("]")) {
                    return new Tcp(address, 2375);
                }
                String name = colon == 0 ? "localhost" : address.substring(0, colon);
                String port = address.substring(colon + 1).replaceAll("/.*$", "");
                return new Tcp(name, Integer.parseInt(port));
            } catch (NumberFormatException e) {
                throw new UsageException("invalid bind address (" + host + "): the port is not a number");
            }
        }
        throw new UsageException(
                "unable to parse docker host `" + host + "`: use unix:///path/to.sock or tcp://host:port");
    }
}
