package io.gantry.network.bridge;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the user chose for one endpoint.
 *
 * @param interfaceName its name in the container
 * @param sysctls by key, with {@code IFNAME} for the interface's name
 */
record EndpointSettings(Optional<String> interfaceName, Map<String, String> sysctls) {
    private static final Pattern INTERFACE = Pattern.compile("[^/:\\s%]{1,15}");
    private static final Pattern SYSCTL =
            Pattern.compile("(net\\.(?:ipv4|ipv6|mpls)\\.(?:conf|neigh)\\.IFNAME\\.[a-z0-9_]+)=([^\\s,]+)");

    /** @throws InvalidArgumentException if a name or setting has the wrong form */
    static EndpointSettings of(Options options) {
        Optional<String> name = declared(options, BridgeOptions.ENDPOINT_IFNAME);
        name.filter(text -> !INTERFACE.matcher(text).matches()).ifPresent(text -> {
            throw refused(
                    BridgeOptions.ENDPOINT_IFNAME,
                    text,
                    "an interface name has 1 to 15 characters without slash, colon or space");
        });
        Map<String, String> sysctls = new LinkedHashMap<>();
        for (String setting :
                declared(options, BridgeOptions.ENDPOINT_SYSCTLS).orElse("").split(",", -1)) {
            if (!setting.isBlank()) {
                var matcher = SYSCTL.matcher(setting.trim());
                if (!matcher.matches()) {
                    throw refused(
                            BridgeOptions.ENDPOINT_SYSCTLS, setting, "write it as net.ipv4.conf.IFNAME.log_martians=1");
                }
                sysctls.put(matcher.group(1), matcher.group(2));
            }
        }
        return new EndpointSettings(name, sysctls);
    }

    /** An engine that knows no endpoint options hands over {@link Options#none}, which declares none. */
    private static Optional<String> declared(Options options, String key) {
        return options.isGiven(key) ? options.string(key) : Optional.empty();
    }

    private static InvalidArgumentException refused(String key, String value, String remedy) {
        return new InvalidArgumentException(
                new Problem("read endpoint option " + key, "invalid value " + value, remedy));
    }
}
