package io.gantry.spi.firewall;

import io.gantry.spi.StatusRow;
import java.util.List;

/**
 * An open firewall back end. Every change is one transaction: it holds as a whole or not at all. What others have in the packet filter is never touched. All methods may be called from several threads
 * at once.
 */
public interface FirewallBackend extends AutoCloseable {
    /** Puts a network's rules in force, in place of those it had before. */
    void apply(FilteredNetwork network);

    /** Takes a network's rules back; does nothing if there are none. */
    void removeNetwork(String networkId);

    /**
     * Puts an endpoint's published ports in force, in place of those it had before. The cost does not depend on how many ports others have published.
     *
     * @throws io.gantry.spi.NotFoundException if the network was not applied
     * @throws io.gantry.spi.AlreadyExistsException if another endpoint has one of the host ports, or this one names one twice
     */
    void publish(PublishedEndpoint endpoint);

    /** Takes an endpoint's published ports back; does nothing if there are none. */
    void unpublish(String endpointId);

    /**
     * Makes the packet filter hold exactly this and what was applied and published through this very object before, whatever an earlier process
     * left there; without a moment in between where less holds. Called by each driver that uses the firewall when it is restored, and again when somebody else
     * has flushed our rules.
     */
    void restore(List<FilteredNetwork> networks, List<PublishedEndpoint> endpoints);

    /** Rows for {@code docker info}. */
    List<StatusRow> status();

    /** Releases what this process holds. The rules stay, so that containers go on. Idempotent. */
    @Override
    void close();
}
