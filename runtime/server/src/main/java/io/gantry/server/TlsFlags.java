package io.gantry.server;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How TCP ports are protected.
 *
 * @param encrypt whether they are encrypted
 * @param verify whether they are, and only known clients are let in
 * @param authorities certificates of whoever vouches for clients
 * @param certificate of the daemon
 * @param key its private key
 */
record TlsFlags(
        boolean encrypt, boolean verify, Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {

    /** What encrypts; empty if nothing does. */
    Optional<SslContext> context() throws IOException {
        if (!encrypt && !verify) {
            return Optional.empty();
        }
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(
                            file("--tlscert", certificate).toFile(),
                            file("--tlskey", key).toFile())
                    .sslProvider(SslProvider.JDK);
            if (verify) {
                builder.trustManager(file("--tlscacert", authorities).toFile()).clientAuth(ClientAuth.REQUIRE);
            }
            return Optional.of(builder.build());
        } catch (IllegalArgumentException e) {
            throw new StartException(
                    "cannot use the TLS certificate " + certificate.orElseThrow() + " and the key " + key.orElseThrow()
                            + ": " + e.getMessage() + " (certificates are PEM, the key is PEM in PKCS#8 form)",
                    e);
        }
    }

    private static Path file(String flag, Optional<Path> given) {
        Path file = given.orElseThrow(() -> new StartException("TLS needs " + flag + " as well"));
        if (!Files.isReadable(file)) {
            throw new StartException("cannot read " + file + ", which " + flag + " names");
        }
        return file;
    }
}
