package io.gantry.spi.network;

import java.util.Map;
import java.util.Optional;

/**
 * An open network driver. All methods may be called from several threads at once; calls for one network or one endpoint are serialised by the engine. A method that throws has left
 * nothing behind.
 */
public interface NetworkDriver extends AutoCloseable {
    /**
     * Makes a network.
     *
     * @return what the driver wants back after a restart
     * @throws io.gantry.spi.AlreadyExistsException if the id is in use
     * @throws io.gantry.spi.InvalidArgumentException if options or pools do not fit
     */
    Map<String, String> createNetwork(NetworkSpec spec);

    /**
     * Removes a network; does nothing if there is none of that id.
     *
     * @throws io.gantry.spi.FailedPreconditionException if it still has endpoints
     */
    void deleteNetwork(String networkId);

    /**
     * Makes an endpoint.
     *
     * @throws io.gantry.spi.NotFoundException if there is no such network
     * @throws io.gantry.spi.AlreadyExistsException if the endpoint id is in use
     */
    EndpointPlan createEndpoint(EndpointSpec spec);

    /**
     * Readies an endpoint for a sandbox.
     *
     * @throws io.gantry.spi.NotFoundException if there is no such endpoint
     */
    Attachment attach(String networkId, String endpointId, Sandbox sandbox);

    /** Undoes {@link #attach}. The sandbox, with what was in it, may be gone already. Idempotent. */
    void detach(String networkId, String endpointId);

    /** Removes an endpoint and what belongs to it on the host's side; does nothing if there is none of that id. */
    void deleteEndpoint(String networkId, String endpointId);

    /** What the driver tells of an endpoint, for {@code inspect}; empty if there is none of that id. */
    Map<String, String> endpointInfo(String networkId, String endpointId);

    /** An optional capability, if the driver has it here. */
    <T extends NetworkCapability> Optional<T> capability(Class<T> type);

    /** Releases what the driver holds in this process. Networks and endpoints stay. Idempotent. */
    @Override
    void close();
}
