package io.gantry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The flags of {@code driver serve}. */
class ServeFlagsTest {
    @Test
    void eachDriverHasPlacesOfItsOwn() {
        ServeFlags flags = ServeFlags.parse(List.of("--network", "macvlan"));
        assertThat(flags.socket()).isEqualTo(Path.of("/run/docker/plugins/gantry-macvlan.sock"));
        assertThat(flags.dataRoot()).isEqualTo(Path.of("/var/lib/gantry/served/macvlan"));
        assertThat(flags.execRoot()).isEqualTo(Path.of("/run/gantry/served/macvlan"));
        assertThat(flags.pluginPath()).isEmpty();
        assertThat(flags.logLevel()).isEqualTo("info");
    }

    @Test
    void valuesFollowOrAreJoinedByAnEqualsSign() {
        ServeFlags flags = ServeFlags.parse(List.of(
                "--network=ptp", "--socket", "/tmp/x.sock", "--plugin-path=/a", "--plugin-path", "/b", "-l", "debug"));
        assertThat(flags.network()).isEqualTo("ptp");
        assertThat(flags.socket()).isEqualTo(Path.of("/tmp/x.sock"));
        assertThat(flags.pluginPath()).containsExactly(Path.of("/a"), Path.of("/b"));
        assertThat(flags.logLevel()).isEqualTo("debug");
        assertThat(ServeFlags.parse(List.of("--help")).help()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'', name the driver to serve with --network",
        "--network, flag needs an argument: --network",
        "--network=../x, no network driver can be called ../x",
        "--nework=x, unknown flag: --nework=x",
        "--network=x --log-level=loud, no log level is called loud"
    })
    void mistakesAreNamed(String words, String message) {
        List<String> arguments = words.isEmpty() ? List.of() : List.of(words.split(" "));
        assertThatThrownBy(() -> ServeFlags.parse(arguments))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
