package io.gantry.network.macvlan;

import io.gantry.linux.netlink.MacvlanMode;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.NetworkSpec;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network's settings, checked.
 *
 * @param spec what was given
 * @param parent the parent's interface name
 * @param dummy whether the user named no parent: then it is one of ours that leads nowhere
 * @param mode how containers talk to each other
 * @param hostAddresses the host's own on the network
 */
record MacvlanConfig(
        NetworkSpec spec, String parent, boolean dummy, MacvlanMode mode, List<InetAddress> hostAddresses) {
    private static final int SHORT_ID = 12;
    private static final Map<String, MacvlanMode> MODES = Map.of(
            "", MacvlanMode.BRIDGE,
            "bridge", MacvlanMode.BRIDGE,
            "private", MacvlanMode.PRIVATE,
            "vepa", MacvlanMode.VEPA,
            "passthru", MacvlanMode.PASSTHRU);

    /** Copies the list. */
    MacvlanConfig {
        hostAddresses = List.copyOf(hostAddresses);
    }

    /** @throws InvalidArgumentException if the options do not fit */
    static MacvlanConfig of(NetworkSpec spec) {
        String wanted = spec.options().string(MacvlanOptions.MODE).orElse("");
        MacvlanMode mode = Optional.ofNullable(MODES.get(wanted))
                .orElseThrow(() -> refused(
                        spec,
                        "requested macvlan mode '" + wanted
                                + "' is not valid, 'bridge' mode is the macvlan driver default",
                        "choose bridge, private, vepa or passthru with -o " + MacvlanOptions.MODE));
        String parent = spec.options().string(MacvlanOptions.PARENT).orElse("");
        if (parent.equals("lo")) {
            throw refused(
                    spec,
                    "loopback interface is not a valid macvlan parent link",
                    "name another interface with -o " + MacvlanOptions.PARENT);
        }
        return new MacvlanConfig(
                spec,
                parent.isEmpty() ? "dm-" + shortId(spec) : parent,
                parent.isEmpty(),
                mode,
                hostAddresses(spec, mode));
    }

    String label() {
        return spec.name();
    }

    boolean isPassthru() {
        return mode == MacvlanMode.PASSTHRU;
    }

    /** The interface name of {@link HostShim}. */
    String shim() {
        return "mh-" + shortId(spec);
    }

    /** What an endpoint routes through: only what the user named. */
    Optional<InetAddress> gateway(Optional<Cidr> address) {
        return spec.internal() || dummy ? Optional.empty() : address.flatMap(spec::gatewayOf);
    }

    private static String shortId(NetworkSpec spec) {
        return spec.id().substring(0, SHORT_ID);
    }

    private static List<InetAddress> hostAddresses(NetworkSpec spec, MacvlanMode mode) {
        String text = spec.options().string(MacvlanOptions.HOST_ADDRESSES).orElse("");
        List<InetAddress> addresses = new ArrayList<>();
        for (String one : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            addresses.add(hostAddress(spec, one.strip(), addresses));
        }
        if (!addresses.isEmpty() && mode != MacvlanMode.BRIDGE) {
            throw refused(
                    spec,
                    "the host can be on the network in mode bridge only",
                    "leave out -o " + MacvlanOptions.HOST_ADDRESSES + " or -o " + MacvlanOptions.MODE);
        }
        return addresses;
    }

    private static InetAddress hostAddress(NetworkSpec spec, String text, List<InetAddress> before) {
        InetAddress address;
        try {
            address = Cidr.parseAddress(text);
        } catch (IllegalArgumentException e) {
            throw refused(spec, e.getMessage(), "give addresses, separated by a comma");
        }
        if (before.stream().anyMatch(other -> other.getClass() == address.getClass())) {
            throw refused(spec, "the host has two addresses of one family", "give one of each");
        }
        boolean setAside =
                spec.pools().stream().anyMatch(pool -> pool.auxiliary().containsValue(address));
        if (!setAside) {
            throw refused(
                    spec,
                    "a container could get the host's address " + text,
                    "set it aside with --aux-address host=" + text);
        }
        return address;
    }

    private static InvalidArgumentException refused(NetworkSpec spec, String reason, String remedy) {
        return new InvalidArgumentException(new Problem("create network " + spec.name(), reason, remedy));
    }
}
