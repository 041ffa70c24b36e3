package io.gantry.network.macvlan;

import io.gantry.spi.OptionSpec;
import io.gantry.spi.OptionSpec.Scope;
import io.gantry.spi.OptionSpec.Type;
import io.gantry.spi.network.support.InterfaceOptions;
import java.util.List;
import java.util.stream.Stream;

/** The option keys: Docker's, and one of our own. */
final class MacvlanOptions {
    static final String PARENT = "parent";
    static final String MODE = "macvlan_mode";
    static final String HOST_ADDRESSES = "gantry.macvlan.host_addresses";

    static final List<OptionSpec> ALL = Stream.concat(
                    Stream.of(
                            OptionSpec.of(
                                    PARENT,
                                    Type.STRING,
                                    Scope.OBJECT,
                                    "the host's interface that containers are put on; eth0.10, made if missing, for VLAN 10 of eth0; without it the network is internal"),
                            OptionSpec.of(
                                    MODE, Type.STRING, Scope.OBJECT, "bridge", "bridge, private, vepa or passthru"),
                            OptionSpec.of(
                                    HOST_ADDRESSES,
                                    Type.STRING,
                                    Scope.OBJECT,
                                    "what the host is called on the network, so that it and containers reach each other: one address of each family at most, separated by a comma, each set aside with --aux-address")),
                    InterfaceOptions.SPECS.stream())
            .toList();

    private MacvlanOptions() {}
}
