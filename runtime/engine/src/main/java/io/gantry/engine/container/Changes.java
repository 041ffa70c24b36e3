package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.EndpointState;
import io.gantry.engine.Health;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.PortBinding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies of a container with one thing changed. */
final class Changes {
    private Changes() {}

    static Container state(Container c, ContainerState state) {
        return new Container(
                c.id(),
                c.name(),
                c.created(),
                c.imageId(),
                c.config(),
                c.hostConfig(),
                state,
                c.storageDriver(),
                c.mounts(),
                c.endpoints(),
                c.ports(),
                c.sandboxKey(),
                c.logPath(),
                c.restartCount(),
                c.path(),
                c.args(),
                c.execIds(),
                c.health());
    }

    static Container name(Container c, String name) {
        return new Container(
                c.id(),
                name,
                c.created(),
                c.imageId(),
                c.config(),
                c.hostConfig(),
                c.state(),
                c.storageDriver(),
                c.mounts(),
                c.endpoints(),
                c.ports(),
                c.sandboxKey(),
                c.logPath(),
                c.restartCount(),
                c.path(),
                c.args(),
                c.execIds(),
                c.health());
    }

    static Container hostConfig(Container c, HostConfig hostConfig) {
        return new Container(
                c.id(),
                c.name(),
                c.created(),
                c.imageId(),
                c.config(),
                hostConfig,
                c.state(),
                c.storageDriver(),
                c.mounts(),
                c.endpoints(),
                c.ports(),
                c.sandboxKey(),
                c.logPath(),
                c.restartCount(),
                c.path(),
                c.args(),
                c.execIds(),
                c.health());
    }

    static Container network(
            Container c, List<EndpointState> endpoints, Map<String, List<PortBinding>> ports, String sandboxKey) {
        return new Container(
                c.id(),
                c.name(),
                c.created(),
                c.imageId(),
                c.config(),
                c.hostConfig(),
                c.state(),
                c.storageDriver(),
                c.mounts(),
                endpoints,
                ports,
                sandboxKey,
                c.logPath(),
                c.restartCount(),
                c.path(),
                c.args(),
                c.execIds(),
                c.health());
    }

    static Container restartCount(Container c, int count) {
        return new Container(
                c.id(),
                c.name(),
                c.created(),
                c.imageId(),
                c.config(),
                c.hostConfig(),
                c.state(),
                c.storageDriver(),
                c.mounts(),
                c.endpoints(),
                c.ports(),
                c.sandboxKey(),
                c.logPath(),
                count,
                c.path(),
                c.args(),
                c.execIds(),
                c.health());
    }

    /** With what is known while the engine runs. */
    static Container present(Container c, List<String> execIds, Optional<Health> health) {
        return new Container(
                c.id(),
                c.name(),
                c.created(),
                c.imageId(),
                c.config(),
                c.hostConfig(),
                c.state(),
                c.storageDriver(),
                c.mounts(),
                c.endpoints(),
                c.ports(),
                c.sandboxKey(),
                c.logPath(),
                c.restartCount(),
                c.path(),
                c.args(),
                execIds,
                health);
    }

    static EndpointState dnsNames(EndpointState e, List<String> names) {
        return new EndpointState(
                e.networkName(),
                e.networkId(),
                e.settings(),
                e.endpointId(),
                e.gateway(),
                e.ipAddress(),
                e.ipPrefixLen(),
                e.ipv6Gateway(),
                e.globalIpv6Address(),
                e.globalIpv6PrefixLen(),
                e.macAddress(),
                names);
    }
}
