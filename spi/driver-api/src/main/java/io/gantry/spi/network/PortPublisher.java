package io.gantry.spi.network;

import java.util.List;

/** The driver can make ports of an endpoint reachable from outside. */
public interface PortPublisher extends NetworkCapability {
    /**
     * Publishes ports, all or none, in place of those that the endpoint had published before. The engine has reserved the host ports.
     *
     * @throws io.gantry.spi.NotFoundException if there is no such endpoint
     */
    void publish(String networkId, String endpointId, List<PortMapping> mappings);

    /** Takes all published ports of an endpoint back; does nothing if there are none. */
    void unpublish(String networkId, String endpointId);
}
