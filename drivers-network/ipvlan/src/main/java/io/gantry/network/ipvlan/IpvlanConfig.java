package io.gantry.network.ipvlan;

import io.gantry.linux.netlink.IpvlanFlag;
import io.gantry.linux.netlink.IpvlanMode;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Attachment.Layer3;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Route;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A network's settings, checked.
 *
 * @param spec what was given
 * @param parent the parent's interface name
 * @param dummy whether the user named no parent: then it is one of ours that leads nowhere
 * @param mode where containers and the parent meet
 * @param flag how containers talk to each other
 */
record IpvlanConfig(NetworkSpec spec, String parent, boolean dummy, IpvlanMode mode, IpvlanFlag flag) {
    private static final int SHORT_ID = 12;
    private static final Map<String, IpvlanMode> MODES =
            Map.of("", IpvlanMode.L2, "l2", IpvlanMode.L2, "l3", IpvlanMode.L3, "l3s", IpvlanMode.L3S);
    private static final Map<String, IpvlanFlag> FLAGS = Map.of(
            "", IpvlanFlag.BRIDGE,
            "bridge", IpvlanFlag.BRIDGE,
            "private", IpvlanFlag.PRIVATE,
            "vepa", IpvlanFlag.VEPA);

    /** @throws InvalidArgumentException if the options do not fit */
    static IpvlanConfig of(NetworkSpec spec) {
        IpvlanMode mode = chosen(
                spec,
                IpvlanOptions.MODE,
                MODES,
                "requested ipvlan mode '%s' is not valid, 'l2' mode is the ipvlan driver default",
                "choose l2, l3 or l3s");
        IpvlanFlag flag = chosen(
                spec,
                IpvlanOptions.FLAG,
                FLAGS,
                "requested ipvlan flag '%s' is not valid, 'bridge' is the ipvlan driver default",
                "choose bridge, private or vepa");
        String parent = spec.options().string(IpvlanOptions.PARENT).orElse("");
        if (parent.equals("lo")) {
            throw refused(
                    spec,
                    "loopback interface is not a valid ipvlan parent link",
                    "name another interface with -o " + IpvlanOptions.PARENT);
        }
        return new IpvlanConfig(spec, parent.isEmpty() ? dummyName(spec) : parent, parent.isEmpty(), mode, flag);
    }

    /** How Docker calls the parent of a network without one. */
    static String dummyName(NetworkSpec spec) {
        return "di-" + spec.id().substring(0, SHORT_ID);
    }

    String label() {
        return spec.name();
    }

    /** What an endpoint routes through: in mode l2 the gateway that the user named, in the others the interface itself. */
    Layer3 layer3(EndpointSpec endpoint, Map<String, String> sysctls) {
        if (spec.internal() || dummy) {
            return new Layer3(Optional.empty(), Optional.empty(), List.of(), sysctls);
        }
        if (mode == IpvlanMode.L2) {
            return new Layer3(
                    endpoint.ipv4().flatMap(spec::gatewayOf),
                    endpoint.ipv6().flatMap(spec::gatewayOf),
                    List.of(),
                    sysctls);
        }
        List<Route> routes = Stream.of(
                        endpoint.ipv4().map(address -> "0.0.0.0/0"),
                        endpoint.ipv6().map(address -> "::/0"))
                .flatMap(Optional::stream)
                .map(everything -> new Route(Cidr.parse(everything), Optional.empty()))
                .toList();
        return new Layer3(Optional.empty(), Optional.empty(), routes, sysctls);
    }

    private static <T> T chosen(NetworkSpec spec, String key, Map<String, T> known, String refusal, String remedy) {
        String wanted = spec.options().string(key).orElse("");
        return Optional.ofNullable(known.get(wanted))
                .orElseThrow(() -> refused(spec, refusal.replace("%s", wanted), remedy + " with -o " + key));
    }

    private static InvalidArgumentException refused(NetworkSpec spec, String reason, String remedy) {
        return new InvalidArgumentException(new Problem("create network " + spec.name(), reason, remedy));
    }
}
