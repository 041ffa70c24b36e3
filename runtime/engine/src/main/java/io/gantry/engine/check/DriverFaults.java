package io.gantry.engine.check;

import io.gantry.engine.container.ContainerStorage;
import io.gantry.engine.container.ContainerStorage.Use;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.StorageDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a driver finds by itself. */
final class DriverFaults {
    private final String name;
    private final StorageDriver driver;
    private final ContainerStorage storage;

    DriverFaults(String name, StorageDriver driver, ContainerStorage storage) {
        this.name = name;
        this.driver = driver;
        this.storage = storage;
    }

    List<Finding> find() {
        Optional<ConsistencyChecker> checker = driver.capability(ConsistencyChecker.class);
        List<Finding> found = new ArrayList<>();
        checker.ifPresent(it -> it.check().forEach(fault -> found.add(finding(it, fault))));
        return found;
    }

    /** Looks again, after layers were unpacked anew: what went with them is mended, what stays is the driver's to mend. */
    void settle(List<Finding> before) {
        if (before.isEmpty()) {
            return;
        }
        List<String> still = find().stream().map(DriverFaults::key).toList();
        for (Finding finding : before) {
            boolean there = still.contains(key(finding));
            if (!there && !finding.isMended()) {
                finding.mended("mended with what it stands on");
            } else if (there && finding.isMended()) {
                finding.mend();
            }
        }
    }

    private static String key(Finding finding) {
        return finding.kind() + " " + finding.layer() + " " + finding.fault().detail();
    }

    private Finding finding(ConsistencyChecker checker, Fault fault) {
        String detail = fault.subject() + ": " + fault.detail();
        Optional<Use> use = storage.uses().stream()
                .filter(one -> one.driver().equals(name) && fault.layer().equals(Optional.of(one.layer())))
                .findFirst();
        if (use.isPresent()) {
            return Finding.forUser(
                    name,
                    fault.kind(),
                    fault.layer(),
                    detail,
                    "container " + use.get().name()
                            + " has its data there: save what can be read with gantry cp, then gantry rm "
                            + use.get().name());
        }
        return Finding.mendable(name, fault.kind(), fault.layer(), detail, fault.remedy(), () -> {
            checker.repair(fault);
            return "done: " + fault.remedy();
        });
    }
}
