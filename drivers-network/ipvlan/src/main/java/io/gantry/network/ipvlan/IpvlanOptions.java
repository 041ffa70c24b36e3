package io.gantry.network.ipvlan;

import io.gantry.spi.OptionSpec;
import io.gantry.spi.OptionSpec.Scope;
import io.gantry.spi.OptionSpec.Type;
import io.gantry.spi.network.support.InterfaceOptions;
import java.util.List;
import java.util.stream.Stream;

/** The option keys, all of them Docker's. */
final class IpvlanOptions {
    static final String PARENT = "parent";
    static final String MODE = "ipvlan_mode";
    static final String FLAG = "ipvlan_flag";

    static final List<OptionSpec> ALL = Stream.concat(
                    Stream.of(
                            OptionSpec.of(
                                    PARENT,
                                    Type.STRING,
                                    Scope.OBJECT,
                                    "the host's interface that containers are put on; eth0.10, made if missing, for VLAN 10 of eth0; without it the network is internal"),
                            OptionSpec.of(MODE, Type.STRING, Scope.OBJECT, "l2", "l2, l3 or l3s"),
                            OptionSpec.of(FLAG, Type.STRING, Scope.OBJECT, "bridge", "bridge, private or vepa")),
                    InterfaceOptions.SPECS.stream())
            .toList();

    private IpvlanOptions() {}
}
