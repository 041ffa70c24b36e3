package io.gantry.engine.dns;

import java.util.Map;

/**
 * A network that a container is on.
 *
 * @param networkId its id
 * @param networkName its name, which can stand behind a container's
 * @param links what this container alone calls others: their names by its own
 */
public record Membership(String networkId, String networkName, Map<String, String> links) {
    /** Copies the map. */
    public Membership {
        links = Map.copyOf(links);
    }
}
