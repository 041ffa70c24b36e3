package io.gantry.server.testing;

import io.gantry.engine.Checks;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.Containers;
import io.gantry.engine.Engine;
import io.gantry.engine.EngineInfo;
import io.gantry.engine.Events;
import io.gantry.engine.Execs;
import io.gantry.engine.Images;
import io.gantry.engine.Networks;
import io.gantry.engine.Volumes;
import io.gantry.engine.catalogue.DriverReport;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An engine of parts that tests put in. */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Stubs are called by name.
public final class StubEngine implements Engine {
    private final EventLog events = new EventLog();
    private Containers containers = Stub.of(Containers.class, new Object() {
        Execs execs() {
            return execs;
        }
    });
    private Execs execs = Stub.of(Execs.class, new Object());
    private Images images = Stub.of(Images.class, new Object());
    private Networks networks = Stub.of(Networks.class, new Object());
    private Volumes volumes = Stub.of(Volumes.class, new Object());
    private Checks checks = Stub.of(Checks.class, new Object());

    /** Its containers. */
    public StubEngine containers(Object given) {
        containers = Stub.of(Containers.class, given);
        return this;
    }

    /** Its commands. */
    public StubEngine execs(Object given) {
        execs = Stub.of(Execs.class, given);
        return this;
    }

    /** Its images. */
    public StubEngine images(Object given) {
        images = Stub.of(Images.class, given);
        return this;
    }

    /** Its networks. */
    public StubEngine networks(Object given) {
        networks = Stub.of(Networks.class, given);
        return this;
    }

    /** Its volumes. */
    public StubEngine volumes(Object given) {
        volumes = Stub.of(Volumes.class, given);
        return this;
    }

    /** Its checks. */
    public StubEngine checks(Object given) {
        checks = Stub.of(Checks.class, given);
        return this;
    }

    /** Its events, to publish some. */
    public EventLog log() {
        return events;
    }

    /** A container. */
    public static Container container(String id, String name, ContainerConfig config, ContainerState state) {
        return new Container(
                id,
                name,
                Instant.parse("2026-01-01T00:00:00Z"),
                "sha256:" + "1".repeat(64),
                config,
                HostConfig.NONE,
                state,
                "overlay2",
                List.of(),
                List.of(),
                Map.of(),
                "",
                Path.of("/log"),
                0,
                "sh",
                List.of(),
                List.of(),
                Optional.empty());
    }

    @Override
    public Containers containers() {
        return containers;
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Networks networks() {
        return networks;
    }

    @Override
    public Volumes volumes() {
        return volumes;
    }

    @Override
    public Checks checks() {
        return checks;
    }

    @Override
    public Events events() {
        return events;
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo(
                "id",
                1,
                2,
                3,
                4,
                "overlay2",
                List.of(),
                List.of("overlay2"),
                List.of("bridge"),
                List.of("local"),
                List.of(),
                Map.of("runc", "runc"),
                "runc",
                "1.1",
                "2.1",
                "1",
                "cgroupfs",
                List.of("name=seccomp,profile=builtin"),
                Path.of("/data"),
                List.of("WARNING: none"));
    }

    @Override
    public List<DriverReport> drivers() {
        return List.of();
    }

    @Override
    public void close() {
        events.recent();
    }
}
