package io.gantry.network.bridge;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import io.gantry.spi.firewall.FilteredNetwork;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PoolData;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A network's settings, checked.
 *
 * @param id the network's id
 * @param label the user's name for it
 * @param bridge the bridge's interface name
 * @param pools at most one of each family
 * @param mtu bytes, if the user chose it
 */
record BridgeConfig(
        String id,
        String label,
        String bridge,
        List<PoolData> pools,
        OptionalInt mtu,
        boolean interContainer,
        boolean masquerade,
        boolean internal,
        boolean inhibitIpv4,
        String prefix,
        GatewayMode mode4,
        GatewayMode mode6,
        Optional<InetAddress> source4,
        Optional<InetAddress> source6) {
    private static final Pattern INTERFACE = Pattern.compile("[^/:\\s%\"]{1,15}");
    private static final int SHORT_ID = 12;

    /** @throws InvalidArgumentException if the options or pools do not fit each other */
    static BridgeConfig of(NetworkSpec spec) {
        Options options = spec.options();
        String attempted = "create network " + spec.name();
        try {
            BridgeConfig config = new BridgeConfig(
                    spec.id(),
                    spec.name(),
                    options.string(BridgeOptions.NAME)
                            .filter(name -> !name.isEmpty())
                            .orElse("br-"
                                    + spec.id()
                                            .substring(
                                                    0,
                                                    Math.min(SHORT_ID, spec.id().length()))),
                    spec.pools(),
                    mtu(options),
                    options.flag(BridgeOptions.ICC),
                    options.flag(BridgeOptions.MASQUERADE),
                    spec.internal(),
                    options.flag(BridgeOptions.INHIBIT_IPV4),
                    options.string(BridgeOptions.PREFIX).orElse("eth"),
                    GatewayMode.parse(options.string(BridgeOptions.MODE_IPV4).orElse("nat")),
                    GatewayMode.parse(options.string(BridgeOptions.MODE_IPV6).orElse("nat")),
                    options.string(BridgeOptions.SOURCE_IPV4).map(Cidr::parseAddress),
                    options.string(BridgeOptions.SOURCE_IPV6).map(Cidr::parseAddress));
            config.check();
            return config;
        } catch (IllegalArgumentException e) {
            throw new InvalidArgumentException(new Problem(attempted, e.getMessage(), "correct the option"), e);
        }
    }

    Optional<PoolData> pool(boolean ipv6) {
        return pools.stream().filter(pool -> pool.subnet().isIpv6() == ipv6).findFirst();
    }

    /** The bridge's own address of one family, if it has one. */
    Optional<Cidr> bridgeAddress(boolean ipv6) {
        boolean without = (ipv6 ? mode6 : mode4) == GatewayMode.ISOLATED || (!ipv6 && inhibitIpv4);
        return without ? Optional.empty() : pool(ipv6).flatMap(PoolData::gateway);
    }

    /** What containers route through; nothing leaves an internal network. */
    Optional<InetAddress> gateway(boolean ipv6) {
        boolean without = internal || (ipv6 ? mode6 : mode4) == GatewayMode.ISOLATED;
        return without
                ? Optional.empty()
                : pool(ipv6).flatMap(PoolData::gateway).map(Cidr::address);
    }

    FilteredNetwork filtered() {
        return new FilteredNetwork(
                id,
                bridge,
                pools.stream().map(PoolData::subnet).toList(),
                interContainer,
                internal,
                mode4.family(masquerade, source4),
                mode6.family(masquerade, source6));
    }

    private void check() {
        if (!INTERFACE.matcher(bridge).matches() || bridge.equals(".") || bridge.equals("..")) {
            throw new IllegalArgumentException(
                    "invalid bridge name " + bridge + ": an interface name has 1 to 15 characters");
        }
        if (!INTERFACE.matcher(prefix + "0").matches()) {
            throw new IllegalArgumentException("invalid interface prefix " + prefix);
        }
        for (boolean ipv6 : new boolean[] {false, true}) {
            if (pools.stream().filter(pool -> pool.subnet().isIpv6() == ipv6).count() > 1) {
                throw new IllegalArgumentException(
                        "bridge driver doesn't support multiple subnets of IPv" + (ipv6 ? 6 : 4));
            }
        }
        boolean isolated = mode4 == GatewayMode.ISOLATED || mode6 == GatewayMode.ISOLATED;
        if (isolated && !internal) {
            throw new IllegalArgumentException("gateway mode 'isolated' can only be used for an internal network");
        }
    }

    private static OptionalInt mtu(Options options) {
        long mtu = options.integer(BridgeOptions.MTU).orElse(0L);
        if (mtu < 0 || mtu > 65535 || (mtu > 0 && mtu < 68)) {
            throw new IllegalArgumentException("invalid MTU number: " + mtu);
        }
        return mtu == 0 ? OptionalInt.empty() : OptionalInt.of((int) mtu);
    }
}
