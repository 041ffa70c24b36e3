package io.gantry.spi.network;

import java.util.List;
import java.util.Map;

/** The driver can go on after a restart of the engine with networks and endpoints that are there already. Without it the engine makes them anew and no container outlives the engine. */
public interface Restorable extends NetworkCapability {
    /**
     * Takes over what should exist. Called once, right after the driver was opened, before any other call. What is missing on the host is made again where that is possible; what is there and not named, and
     * bears the driver's own marks, is removed.
     *
     * @param networks all networks of the driver
     */
    void restore(List<RestoredNetwork> networks);

    /**
     * A network as it was.
     *
     * @param spec what was given to {@code createNetwork}
     * @param state what that returned
     * @param endpoints its endpoints
     */
    record RestoredNetwork(NetworkSpec spec, Map<String, String> state, List<RestoredEndpoint> endpoints) {
        /** Copies the collections. */
        public RestoredNetwork {
            state = Map.copyOf(state);
            endpoints = List.copyOf(endpoints);
        }
    }

    /**
     * An endpoint as it was.
     *
     * @param spec what was given to {@code createEndpoint}
     * @param plan what that returned
     * @param attached whether it is in the sandbox of a running container
     * @param published what was last given to {@link PortPublisher#publish}, so that its ports stay reachable throughout the restart; the engine need not publish
     *     them again
     */
    record RestoredEndpoint(EndpointSpec spec, EndpointPlan plan, boolean attached, List<PortMapping> published) {
        /** Copies the list. */
        public RestoredEndpoint {
            published = List.copyOf(published);
        }

        /** An endpoint without published ports. */
        public RestoredEndpoint(EndpointSpec spec, EndpointPlan plan, boolean attached) {
            this(spec, plan, attached, List.of());
        }
    }
}
