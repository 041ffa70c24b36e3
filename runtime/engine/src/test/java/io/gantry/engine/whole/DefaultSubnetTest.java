package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which subnet the predefined bridge gets on a host that uses some itself. */
class DefaultSubnetTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"172.17.44.1/24", "172.16.0.1/12"})
    void whereTheHostHasAPartOf172Dot17TheNextFreeOneIsTaken(String address) throws IOException {
        try (WholeEngine whole = withAddress(address)) {
            assertThat(subnet(whole)).isEqualTo(address.endsWith("/24") ? "172.18.0.0/16" : "192.168.0.0/20");
        }
    }

    @Test
    void onceTakenItStaysWhateverTheHostGetsLater() throws IOException {
        try (WholeEngine whole = WholeEngine.in(directory)) {
            String before = subnet(whole);
            whole.inHost(() -> addInterface("172.17.44.1/24"));
            whole.reopen();

            assertThat(subnet(whole)).isEqualTo(before).isEqualTo("172.17.0.0/16");
        }
    }

    private WholeEngine withAddress(String address) throws IOException {
        return WholeEngine.in(directory, config -> {
            Namespaces.in(config.hostNamespace(), NamespaceKind.NETWORK, () -> {
                try {
                    return addInterface(address);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            return config;
        });
    }

    private static String addInterface(String address) throws IOException {
        WholeEngine.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1");
        WholeEngine.run("ip", "address", "add", address, "dev", "up0");
        return WholeEngine.run("ip", "link", "set", "up0", "up");
    }

    private static String subnet(WholeEngine whole) {
        return whole.engine()
                .networks()
                .find("bridge")
                .request()
                .ipam()
                .orElseThrow()
                .config()
                .get(0)
                .subnet();
    }
}
