package io.gantry.network.plugin;

import java.nio.file.Path;
import java.util.Optional;

/** Where a plug-in listens. */
sealed interface PluginAddress {
    /** A Unix socket. */
    record Unix(Path socket) implements PluginAddress {
        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /** A TCP port, with TLS or without. */
    record Tcp(String host, int port, Optional<TlsFiles> tls) implements PluginAddress {
        @Override
        public String toString() {
            return (tls.isPresent() ? "https://" : "tcp://") + host + ":" + port;
        }
    }

    /**
     * What a {@code .json} file says of TLS.
     *
     * @param insecure whether any certificate of the plug-in will do
     * @param authority certificates to trust, PEM
     * @param certificate the engine's own, PEM
     * @param key its private key, PEM
     */
    record TlsFiles(boolean insecure, Optional<Path> authority, Optional<Path> certificate, Optional<Path> key) {
        static TlsFiles system() {
            return new TlsFiles(false, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }
}
