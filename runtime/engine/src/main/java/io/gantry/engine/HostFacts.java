package io.gantry.engine;

import io.gantry.engine.catalogue.DriverKind;
import io.gantry.engine.catalogue.DriverReport;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.name.Ids;
import io.gantry.engine.oci.CgroupSetup;
import io.gantry.engine.shim.RuntimeVersions;
import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import io.gantry.spi.DriverException;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.StorageDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What {@code docker info} tells of the host and the engine. */
final class HostFacts {
    private static final String KEY = "engine";

    private final String id;
    private final Supplier<RuntimeVersions> versions;

    private HostFacts(String id, Supplier<RuntimeVersions> versions) {
        this.id = id;
        this.versions = versions;
    }

    /** What is kept of an engine. */
    record Identity(String id) {}

    /** How many there are. */
    record Counts(int running, int paused, int stopped, int images) {}

    /** Reads the engine's id, or makes it. */
    static HostFacts open(StateDatabase state, Ids ids, Supplier<RuntimeVersions> versions) {
        Documents<Identity> documents = state.documents("identity", Identity.class);
        Identity identity = documents.get(KEY).orElseGet(() -> {
            Identity made = new Identity(java.util
                    .UUID
                    .nameUUIDFromBytes(ids.next().getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                    .toString());
            documents.put(KEY, made);
            return made;
        });
        return new HostFacts(identity.id(), versions);
    }

    EngineInfo info(EngineConfig config, OpenDrivers drivers, Counts counts) {
        List<String> warnings = new ArrayList<>();
        List<DriverReport> report = drivers.report();
        String storage = "";
        List<StatusRow> rows = List.of();
        try {
            storage = drivers.defaultStorage();
            StorageDriver driver = drivers.storage(storage);
            rows = driver.status();
            warnings.addAll(driver.warnings());
        } catch (DriverException e) {
            warnings.add("WARNING: no storage driver works: " + e.getMessage());
        }
        List<StatusRow> firewall = List.of();
        try {
            firewall = drivers.firewall().status();
        } catch (DriverException e) {
            warnings.add("WARNING: no firewall back end works: " + e.getMessage());
        }
        RuntimeVersions known = versions.get();
        boolean v2 = CgroupSetup.detect() == CgroupSetup.V2;
        List<String> security = new ArrayList<>(List.of("name=seccomp,profile=builtin"));
        if (v2) {
            security.add("name=cgroupns");
        }
        return new EngineInfo(
                id,
                counts.running(),
                counts.paused(),
                counts.stopped(),
                counts.images(),
                storage,
                rows,
                List.copyOf(drivers.openStorage().keySet()),
                working(report, DriverKind.NETWORK),
                working(report, DriverKind.VOLUME),
                firewall,
                Map.of(known.runtimeName(), config.runtime()),
                known.runtimeName(),
                known.runtime(),
                known.conmon(),
                v2 ? "2" : "1",
                "cgroupfs",
                security,
                config.dataRoot(),
                warnings);
    }

    private static List<String> working(List<DriverReport> report, DriverKind kind) {
        return report.stream()
                .filter(driver ->
                        driver.kind().equals(kind.label()) && driver.status().equals("supported"))
                .map(DriverReport::name)
                .toList();
    }
}
