package io.gantry.server.api;

import io.gantry.engine.Networks.Attached;
import io.gantry.engine.Networks.Network;
import io.gantry.engine.model.IpamPoolRequest;
import io.gantry.engine.model.IpamRequest;
import io.gantry.engine.model.NetworkRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A network. */
final class NetworkView {
    private NetworkView() {}

    /** With the containers on it, if they are wanted. */
    static View of(Network network, boolean containers) {
        NetworkRequest request = network.request();
        return new View()
                .put("Name", network.name())
                .put("Id", network.id())
                .put("Created", network.created().toString())
                .put("Scope", network.scope())
                .put("Driver", network.driver())
                .put("EnableIPv4", request.enableIpv4().orElse(true))
                .put("EnableIPv6", request.enableIpv6().orElse(false))
                .put("IPAM", ipam(request.ipam()))
                .put("Internal", request.internal())
                .put("Attachable", request.attachable())
                .put("Ingress", request.ingress())
                .put("ConfigFrom", new View().put("Network", ""))
                .put("ConfigOnly", false)
                .put("Containers", containers ? attached(network) : Map.of())
                .put("Options", request.options())
                .put("Labels", request.labels());
    }

    private static View ipam(Optional<IpamRequest> ipam) {
        String driver = ipam.map(IpamRequest::driver).orElse("");
        return new View()
                .put("Driver", driver.isEmpty() ? "default" : driver)
                .put("Options", ipam.map(IpamRequest::options).filter(options -> !options.isEmpty()))
                .put(
                        "Config",
                        ipam.map(IpamRequest::config).orElse(List.of()).stream()
                                .map(NetworkView::pool)
                                .toList());
    }

    private static View pool(IpamPoolRequest pool) {
        return new View()
                .put("Subnet", pool.subnet())
                .putIf(!pool.ipRange().isEmpty(), "IPRange", pool.ipRange())
                .putIf(!pool.gateway().isEmpty(), "Gateway", pool.gateway())
                .putIf(!pool.auxiliaryAddresses().isEmpty(), "AuxiliaryAddresses", pool.auxiliaryAddresses());
    }

    private static Map<String, View> attached(Network network) {
        Map<String, View> containers = new LinkedHashMap<>();
        network.attached().forEach((id, endpoint) -> containers.put(id, endpoint(endpoint)));
        return containers;
    }

    private static View endpoint(Attached attached) {
        return new View()
                .put("Name", attached.name())
                .put("EndpointID", attached.endpointId())
                .put("MacAddress", attached.macAddress())
                .put("IPv4Address", attached.ipv4Address())
                .put("IPv6Address", attached.ipv6Address());
    }
}
