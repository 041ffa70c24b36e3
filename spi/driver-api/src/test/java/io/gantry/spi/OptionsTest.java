package io.gantry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.OptionSpec.Scope;
import io.gantry.spi.OptionSpec.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    private static final List<OptionSpec> SPECS = List.of(
            OptionSpec.of("x.size", Type.SIZE, Scope.DAEMON, "How much."),
            OptionSpec.of("x.fast", Type.BOOLEAN, Scope.DAEMON, "true", "Whether to hurry."),
            OptionSpec.of("x.level", Type.INTEGER, Scope.DAEMON, "3", "How hard."),
            OptionSpec.of("x.file", Type.PATH, Scope.DAEMON, "Where to."),
            OptionSpec.of("x.via", Type.ADDRESS, Scope.DAEMON, "Through whom."),
            OptionSpec.of("x.name", Type.STRING, Scope.DAEMON, "What to call it."),
            OptionSpec.of("size", Type.SIZE, Scope.OBJECT, "How much of this one."));

    @Test
    void anUnknownKeyIsRefusedAndTheKnownOnesOfThatPlaceAreListed() {
        assertThatThrownBy(() -> daemon(Map.of("x.sise", "1g", "x.fsat", "1")))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessage("cannot read the options of storage driver x: unknown option x.fsat, x.sise"
                        + " (the known ones are x.size, x.fast, x.level, x.file, x.via, x.name)");
        assertThatThrownBy(() -> Options.parse("storage driver x", SPECS, Scope.OBJECT, Map.of("x.size", "1g")))
                .hasMessageContaining("the known ones are size");
        assertThatThrownBy(() -> Options.parse("storage driver x", SPECS, Scope.ENDPOINT, Map.of("size", "1g")))
                .hasMessageContaining("it takes no options here");
    }

    @Test
    void defaultsHoldWhereNothingIsGiven() {
        Options options = daemon(Map.of("x.level", "-7"));

        assertThat(options.flag("x.fast")).isTrue();
        assertThat(options.integer("x.level")).contains(-7L);
        assertThat(options.size("x.size")).isEmpty();
        assertThat(options.string("x.name")).isEmpty();
        assertThat(options.given()).isEqualTo(Map.of("x.level", "-7"));
        assertThat(options.isGiven("x.level")).isTrue();
        assertThat(options.isGiven("x.fast")).isFalse();
    }

    @Test
    void aDriverThatCannotKnowItsOptionsTakesAnyAndStillChecksThoseThatItNames() {
        List<OptionSpec> specs = List.of(
                OptionSpec.of("mtu", Type.INTEGER, Scope.OBJECT, "How long."),
                OptionSpec.any(Scope.OBJECT, "What the plug-in understands."));
        Options options = Options.parse("driver x", specs, Scope.OBJECT, Map.of("mtu", "9000", "com.example", "y"));

        assertThat(options.given()).isEqualTo(Map.of("mtu", "9000", "com.example", "y"));
        assertThat(options.string("com.example")).contains("y");
        assertThat(options.string("other")).isEmpty();
        assertThatThrownBy(() -> Options.parse("driver x", specs, Scope.OBJECT, Map.of("mtu", "long")))
                .hasMessageContaining("not a whole number");
        assertThatThrownBy(() -> Options.parse("driver x", specs, Scope.ENDPOINT, Map.of("a", "b")))
                .hasMessageContaining("it takes no options here");
    }

    @Test
    void askingForAKeyThatIsNotDeclaredIsAMistakeInTheDriver() {
        assertThatThrownBy(() -> daemon(Map.of()).string("x.other")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Options.none().flag("x.fast")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 100",
        "100b, 100",
        "1k, 1024",
        "1.5K, 1536",
        "10g, 10737418240",
        "10GiB, 10737418240",
        "3MB, 3145728",
        "1t, 1099511627776"
    })
    void sizesAreInPowersOf1024(String text, long bytes) {
        assertThat(daemon(Map.of("x.size", text)).size("x.size")).contains(bytes);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "true, true", "T, true", "'', true", "0, false", "False, false"})
    void flagsAreWhatDockerTakes(String text, boolean value) {
        assertThat(daemon(Map.of("x.fast", text)).flag("x.fast")).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "x.size, ten, a size such as 10g",
        "x.size, -1g, a size such as 10g",
        "x.size, 1x, a size such as 10g",
        "x.fast, maybe, true or false",
        "x.level, 1.5, a whole number",
        "x.level, 12345678901234567890, a whole number",
        "x.file, relative, an absolute path",
        "x.via, example.org, an IP address"
    })
    void aValueOfAnotherTypeIsRefusedWithWhatTheOptionMeans(String key, String value, String expected) {
        String doc = SPECS.stream()
                .filter(spec -> spec.key().equals(key))
                .findFirst()
                .orElseThrow()
                .doc();
        assertThatThrownBy(() -> daemon(Map.of(key, value)))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("cannot read option " + key + " of storage driver x")
                .hasMessageContaining("\"" + value + "\" is not " + expected)
                .hasMessageContaining(doc);
    }

    @Test
    void optionsAreImmutableAndShownSorted() {
        Options options = daemon(Map.of("x.name", "b", "x.file", "/a"));

        assertThat(options).hasToString("{x.file=/a, x.name=b}");
        assertThat(options.string("x.file")).isEqualTo(Optional.of("/a"));
        assertThatThrownBy(() -> options.given().put("x.name", "c")).isInstanceOf(UnsupportedOperationException.class);
    }

    private static Options daemon(Map<String, String> given) {
        return Options.parse("storage driver x", SPECS, Scope.DAEMON, given);
    }
}
