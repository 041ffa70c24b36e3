package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.EndpointState;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.PortBinding;
import java.util.List;
import java.util.Map;

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
                c.execIds());
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
                c.execIds());
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
                c.execIds());
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
                c.execIds());
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
                c.execIds());
    }

    static Container execIds(Container c, List<String> execIds) {
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
                execIds);
    }
}
