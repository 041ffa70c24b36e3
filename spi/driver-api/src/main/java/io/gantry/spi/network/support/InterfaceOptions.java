package io.gantry.spi.network.support;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a user may choose for the interface of one endpoint, by Docker's keys.
 *
 * @param name its name in the container
 * @param sysctls by key, with {@code IFNAME} for the interface's name
 */
public record InterfaceOptions(Optional<String> name, Map<String, String> sysctls) {
    /** The key of the name. */
    public static final String NAME = "com.docker.network.endpoint.ifname";

    /** The key of the settings. */
    public static final String SYSCTLS = "com.docker.network.endpoint.sysctls";

    /** Both keys, for {@link io.gantry.spi.DriverProvider#options}. */
    public static final List<OptionSpec> SPECS = List.of(
            OptionSpec.of(
                    SYSCTLS,
                    OptionSpec.Type.STRING,
                    OptionSpec.Scope.ENDPOINT,
                    "settings of the interface, separated by commas, as net.ipv4.conf.IFNAME.log_martians=1"),
            OptionSpec.of(
                    NAME, OptionSpec.Type.STRING, OptionSpec.Scope.ENDPOINT, "the interface's name in the container"));

    private static final Pattern INTERFACE = Pattern.compile("[^/:\\s%]{1,15}");
    private static final Pattern SYSCTL =
            Pattern.compile("(net\\.(?:ipv4|ipv6|mpls)\\.(?:conf|neigh)\\.IFNAME\\.[a-z0-9_]+)=([^\\s,]+)");

    /** Copies the map. */
    public InterfaceOptions {
        sysctls = Map.copyOf(sysctls);
    }

    /**
     * Reads the options of an endpoint.
     *
     * @throws InvalidArgumentException if a name or setting has the wrong form
     */
    public static InterfaceOptions of(Options options) {
        Optional<String> name = given(options, NAME);
        name.filter(text -> !INTERFACE.matcher(text).matches()).ifPresent(text -> {
            throw refused(NAME, text, "an interface name has 1 to 15 characters without slash, colon or space");
        });
        Map<String, String> sysctls = new LinkedHashMap<>();
        for (String setting : given(options, SYSCTLS).orElse("").split(",", -1)) {
            if (!setting.isBlank()) {
                Matcher matcher = SYSCTL.matcher(setting.trim());
                if (!matcher.matches()) {
                    throw refused(SYSCTLS, setting, "write it as net.ipv4.conf.IFNAME.log_martians=1");
                }
                sysctls.put(matcher.group(1), matcher.group(2));
            }
        }
        return new InterfaceOptions(name, sysctls);
    }

    /** An engine that knows no endpoint options hands over {@link Options#none}, which declares none. */
    private static Optional<String> given(Options options, String key) {
        return options.isGiven(key) ? options.string(key) : Optional.empty();
    }

    private static InvalidArgumentException refused(String key, String value, String remedy) {
        return new InvalidArgumentException(
                new Problem("read endpoint option " + key, "invalid value " + value, remedy));
    }
}
