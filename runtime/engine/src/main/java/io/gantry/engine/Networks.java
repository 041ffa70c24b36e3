package io.gantry.engine;

import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.NetworkRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Networks. */
public interface Networks {
    /**
     * A network.
     *
     * @param id 64 hexadecimal digits
     * @param created when it was made
     * @param scope {@code local} or {@code global}
     * @param request what was asked for, with what the engine chose filled in (pools, gateways, driver)
     * @param predefined whether it exists in every engine
     * @param attached containers on it that run, by container id
     */
    record Network(
            String id,
            Instant created,
            String scope,
            NetworkRequest request,
            boolean predefined,
            Map<String, Attached> attached) {
        /** The network's name. */
        public String name() {
            return request.name();
        }

        /** The driver's name. */
        public String driver() {
            return request.driver();
        }
    }

    /**
     * A container on a network.
     *
     * @param name of the container
     * @param endpointId of the endpoint
     * @param macAddress or empty
     * @param ipv4Address with prefix length, or empty
     * @param ipv6Address with prefix length, or empty
     */
    record Attached(String name, String endpointId, String macAddress, String ipv4Address, String ipv6Address) {}

    /**
     * A network that was made.
     *
     * @param id its id
     * @param warning for the user; empty if there is none
     */
    record Created(String id, String warning) {}

    /** Makes a network. */
    Created create(NetworkRequest request);

    /** One network, by name or id. {@code network x not found} if there is none. */
    Network find(String ref);

    /** All networks. */
    List<Network> list();

    /** Removes a network that no container uses. */
    void remove(String ref);

    /** Puts a container on a network, running or not. */
    void connect(String networkRef, String containerRef, EndpointSettings settings);

    /** Takes a container off a network. */
    void disconnect(String networkRef, String containerRef, boolean force);

    /** Removes networks that no container uses; returns their names. */
    List<String> prune(Map<String, List<String>> filters);
}
