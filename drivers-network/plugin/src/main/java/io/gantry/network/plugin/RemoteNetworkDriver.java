package io.gantry.network.plugin;

import io.gantry.network.plugin.PluginClient.Effort;
import io.gantry.network.plugin.PluginException.Kind;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkCapability;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortPublisher;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Networks of one remote plug-in. The plug-in keeps its own state over restarts of the engine, as with Docker: restoring tells it nothing. What a call left behind that was not answered, or answered badly, is
 * removed by the call that undoes it.
 */
final class RemoteNetworkDriver implements NetworkDriver, Restorable, PortPublisher {
    static final String TYPE = "NetworkDriver";
    private static final String ERROR = "Err";

    private final PluginClient client;
    private final Learn learn;
    private final Map<String, Set<String>> networks = new ConcurrentHashMap<>();
    private final Set<String> published = ConcurrentHashMap.newKeySet();
    private final Set<String> undone = ConcurrentHashMap.newKeySet();

    /** Asks the plug-in what it is before the first network is made. */
    interface Learn {
        void run() throws PluginException;
    }

    RemoteNetworkDriver(PluginClient client, Learn learn) {
        this.client = client;
        this.learn = learn;
    }

    @Override
    public Map<String, String> createNetwork(NetworkSpec spec) {
        String attempted = "create network " + spec.name() + " with plug-in " + client.name();
        if (networks.containsKey(spec.id())) {
            throw new AlreadyExistsException(Problem.of(attempted, "a network of id " + spec.id() + " exists"));
        }
        try {
            learn.run();
        } catch (PluginException e) {
            throw Plugins.failure(attempted, e);
        }
        try {
            call(Effort.PATIENT, "CreateNetwork", Wire.network(spec));
        } catch (PluginException e) {
            throw rolledBack(attempted, e, "DeleteNetwork", Wire.ids(spec.id()));
        }
        networks.put(spec.id(), ConcurrentHashMap.newKeySet());
        return Map.of();
    }

    @Override
    public void deleteNetwork(String networkId) {
        String attempted = "delete network " + networkId + " with plug-in " + client.name();
        Set<String> endpoints = networks.get(networkId);
        if (endpoints == null) {
            return;
        }
        if (!endpoints.isEmpty()) {
            throw new FailedPreconditionException(new Problem(attempted, "it has active endpoints", "disconnect them"));
        }
        undo(attempted, "DeleteNetwork", Wire.ids(networkId));
        networks.remove(networkId);
    }

    @Override
    public EndpointPlan createEndpoint(EndpointSpec spec) {
        String attempted = "create endpoint " + spec.endpointId() + " with plug-in " + client.name();
        Set<String> endpoints = endpoints(attempted, spec.networkId());
        if (endpoints.contains(spec.endpointId())) {
            throw new AlreadyExistsException(Problem.of(attempted, "an endpoint of that id exists"));
        }
        try {
            EndpointPlan plan = Wire.plan(spec, call(Effort.PATIENT, "CreateEndpoint", Wire.endpoint(spec)));
            endpoints.add(spec.endpointId());
            return plan;
        } catch (PluginException e) {
            undone.add(spec.endpointId());
            throw rolledBack(attempted, e, "DeleteEndpoint", Wire.ids(spec.networkId(), spec.endpointId()));
        }
    }

    @Override
    public Attachment attach(String networkId, String endpointId, Sandbox sandbox) {
        String attempted = "join endpoint " + endpointId + " with plug-in " + client.name();
        if (!endpoints(attempted, networkId).contains(endpointId)) {
            throw new NotFoundException(Problem.of(attempted, "there is no endpoint of that id"));
        }
        try {
            return Wire.attachment(call(
                    Effort.PATIENT,
                    "Join",
                    Wire.join(networkId, endpointId, sandbox.namespace().toString())));
        } catch (PluginException e) {
            throw rolledBack(attempted, e, "Leave", Wire.ids(networkId, endpointId));
        }
    }

    @Override
    public void detach(String networkId, String endpointId) {
        if (!undone.contains(endpointId)) {
            undo("leave with plug-in " + client.name(), "Leave", Wire.ids(networkId, endpointId));
        }
    }

    @Override
    public void deleteEndpoint(String networkId, String endpointId) {
        if (undone.remove(endpointId)) {
            return;
        }
        Set<String> endpoints = networks.get(networkId);
        try {
            undo(
                    "delete endpoint " + endpointId + " with plug-in " + client.name(),
                    "DeleteEndpoint",
                    Wire.ids(networkId, endpointId));
        } finally {
            // The engine forgets the endpoint in any case.
            if (endpoints != null) {
                endpoints.remove(endpointId);
            }
        }
    }

    @Override
    public Map<String, String> endpointInfo(String networkId, String endpointId) {
        if (!networks.getOrDefault(networkId, Set.of()).contains(endpointId)) {
            return Map.of();
        }
        try {
            Optional<Answer> value = call(Effort.QUICK, "EndpointOperInfo", Wire.ids(networkId, endpointId))
                    .object("Value");
            return value.map(Answer::shown).orElse(Map.of());
        } catch (PluginException e) {
            throw Plugins.failure("ask plug-in " + client.name() + " of endpoint " + endpointId, e);
        }
    }

    @Override
    public void publish(String networkId, String endpointId, List<PortMapping> mappings) {
        String attempted = "publish ports of endpoint " + endpointId + " with plug-in " + client.name();
        if (!endpoints(attempted, networkId).contains(endpointId)) {
            throw new NotFoundException(Problem.of(attempted, "there is no endpoint of that id"));
        }
        unpublish(networkId, endpointId);
        try {
            call(Effort.PATIENT, "ProgramExternalConnectivity", Wire.ports(networkId, endpointId, mappings));
            published.add(endpointId);
        } catch (PluginException e) {
            if (e.kind() != Kind.NOT_IMPLEMENTED) {
                throw rolledBack(attempted, e, "RevokeExternalConnectivity", Wire.ids(networkId, endpointId));
            }
        }
    }

    @Override
    public void unpublish(String networkId, String endpointId) {
        if (published.remove(endpointId)) {
            undo(
                    "take back the ports of endpoint " + endpointId + " with plug-in " + client.name(),
                    "RevokeExternalConnectivity",
                    Wire.ids(networkId, endpointId));
        }
    }

    @Override
    public void restore(List<RestoredNetwork> restored) {
        for (RestoredNetwork network : restored) {
            Set<String> endpoints = ConcurrentHashMap.newKeySet();
            for (RestoredEndpoint endpoint : network.endpoints()) {
                endpoints.add(endpoint.spec().endpointId());
                if (!endpoint.published().isEmpty()) {
                    published.add(endpoint.spec().endpointId());
                }
            }
            networks.put(network.spec().id(), endpoints);
        }
    }

    @Override
    public <T extends NetworkCapability> Optional<T> capability(Class<T> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        // Nothing is held between calls.
    }

    private Answer call(Effort effort, String call, Map<String, Object> request) throws PluginException {
        return client.call(effort, TYPE, call, ERROR, request);
    }

    /** A plug-in that does not know the call has nothing to undo. */
    private void undo(String attempted, String call, Map<String, Object> request) {
        try {
            call(Effort.QUICK, call, request);
        } catch (PluginException e) {
            if (e.kind() != Kind.NOT_IMPLEMENTED) {
                throw Plugins.failure(attempted, e);
            }
        }
    }

    private DriverException rolledBack(
            String attempted, PluginException failure, String call, Map<String, Object> request) {
        if (!failure.mayHaveActed()) {
            return Plugins.failure(attempted, failure);
        }
        String outcome = "rolled back";
        try {
            call(Effort.QUICK, call, request);
        } catch (PluginException e) {
            failure.addSuppressed(e);
            outcome = "failed to roll back: " + e.getMessage();
        }
        return new IoFailureException(Problem.of(attempted, failure.getMessage() + "; " + outcome), failure);
    }

    private Set<String> endpoints(String attempted, String networkId) {
        Set<String> endpoints = networks.get(networkId);
        if (endpoints == null) {
            throw new NotFoundException(Problem.of(attempted, "there is no network of id " + networkId));
        }
        return endpoints;
    }
}
