package io.gantry.engine.network;

import io.gantry.engine.model.NetworkRequest;
import io.gantry.spi.network.NetworkTraits;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A network as the database keeps it.
 *
 * @param id 64 hexadecimal digits
 * @param created when it was made
 * @param request what was asked for, with names of drivers filled in
 * @param scope how far it reaches
 * @param pools its subnets
 * @param driverState what its driver returned
 * @param predefined whether it exists in every engine
 */
record StoredNetwork(
        String id,
        Instant created,
        NetworkRequest request,
        NetworkTraits.Scope scope,
        List<StoredPool> pools,
        Map<String, String> driverState,
        boolean predefined) {
    /**
     * A subnet of a network. Addresses are text, with prefix lengths.
     *
     * @param subnet without host bits
     * @param range the part to hand out from; empty for all
     * @param gateway empty if there is none
     * @param auxiliary addresses without prefix length, by name
     */
    record StoredPool(String subnet, String range, String gateway, Map<String, String> auxiliary) {}

    StoredNetwork {
        pools = List.copyOf(pools);
        driverState = Map.copyOf(driverState);
    }

    String name() {
        return request.name();
    }

    String driver() {
        return request.driver();
    }
}
