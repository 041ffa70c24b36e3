package io.gantry.storage.zfs;

import io.gantry.spi.StatusRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code docker info} shows: Docker's rows in its order, then more. */
final class ZfsStatus {
    private static final Path MODULE_VERSION = Path.of("/sys/module/zfs/version");
    private static final long NEARLY_FULL = 90;

    private final ZfsSetting.Taken setting;
    private final String home;

    ZfsStatus(ZfsSetting.Taken setting, String home) {
        this.setting = setting;
        this.home = home;
    }

    List<StatusRow> rows() {
        List<StatusRow> rows = new ArrayList<>();
        try {
            Pool pool = pool();
            rows.add(new StatusRow("Zpool", pool.name()));
            rows.add(new StatusRow("Zpool Health", pool.health()));
        } catch (ZfsFailure e) {
            rows.add(new StatusRow("Zpool", "error while getting pool information " + e.getMessage()));
            rows.add(new StatusRow("Zpool Health", "not available"));
        }
        rows.add(new StatusRow("Parent Dataset", setting.parent()));
        try {
            String[] values = setting.programs()
                    .zfs("list", "-H", "-p", "-o", "used,available,quota,compression", setting.parent())
                    .strip()
                    .split("\t");
            rows.add(new StatusRow("Space Used By Parent", values[0]));
            rows.add(new StatusRow("Space Available", values[1]));
            rows.add(new StatusRow("Parent Quota", values[2].equals("0") ? "no" : values[2]));
            rows.add(new StatusRow("Compression", values[3]));
        } catch (ZfsFailure e) {
            rows.add(new StatusRow("Space Used By Parent", "not available: " + e.getMessage()));
        }
        rows.add(new StatusRow("Layers Dataset", home));
        rows.add(new StatusRow("ZFS Module Version", moduleVersion()));
        return List.copyOf(rows);
    }

    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        try {
            Pool pool = pool();
            if (!pool.health().equals("ONLINE")) {
                warnings.add("WARNING: zpool " + pool.name() + " is " + pool.health() + ", see zpool status");
            }
            if (pool.percentUsed() >= NEARLY_FULL) {
                warnings.add("WARNING: zpool " + pool.name() + " is " + pool.percentUsed()
                        + "% full, and ZFS becomes slow before it is full");
            }
        } catch (ZfsFailure e) {
            warnings.add("WARNING: the state of the zpool cannot be read: " + e.getMessage());
        }
        return warnings;
    }

    private record Pool(String name, String health, long percentUsed) {}

    private Pool pool() {
        String name = setting.parent().split("/")[0];
        String[] values = setting.programs()
                .zpool("list", "-H", "-p", "-o", "health,capacity", name)
                .strip()
                .split("\t");
        return new Pool(name, values[0], Long.parseLong(values[1].replace("%", "")));
    }

    private static String moduleVersion() {
        try {
            return Files.readString(MODULE_VERSION).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
