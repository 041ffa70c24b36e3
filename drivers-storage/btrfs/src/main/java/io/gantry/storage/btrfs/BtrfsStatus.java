package io.gantry.storage.btrfs;

import io.gantry.linux.MountTable;
import io.gantry.spi.StatusRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The rows for {@code docker info}. Docker has none but the name. */
final class BtrfsStatus {
    private final Path root;
    private final Volume volume;
    private final QuotaGroups groups;

    BtrfsStatus(Path root, Volume volume, QuotaGroups groups) {
        this.root = root;
        this.volume = volume;
        this.groups = groups;
    }

    List<StatusRow> rows() {
        VolumeFacts facts = VolumeFacts.of(volume);
        List<StatusRow> rows = new ArrayList<>();
        rows.add(new StatusRow("Backing Filesystem", "btrfs"));
        rows.add(new StatusRow("Filesystem UUID", facts.uuid()));
        rows.add(new StatusRow("Devices", Long.toString(facts.devices())));
        for (VolumeFacts.Space space : facts.spaces()) {
            if (space.isData() || space.isMetadata()) {
                String kind = space.isData() ? space.isMetadata() ? "Data+Metadata" : "Data" : "Metadata";
                rows.add(new StatusRow(kind + " Profile", space.profile()));
                rows.add(new StatusRow(
                        kind + " Space Used", SizeText.binary(space.used()) + " of " + SizeText.binary(space.total())));
            }
        }
        rows.add(new StatusRow("Compression", compression()));
        rows.add(new StatusRow(
                "Quotas",
                switch (groups.mode()) {
                    case DISABLED -> "disabled";
                    case GROUPS -> "qgroups";
                    case SIMPLE -> "simple";
                }));
        return rows;
    }

    private String compression() {
        return MountTable.read()
                .covering(root)
                .flatMap(mount -> mount.superOptions().stream()
                        .filter(option -> option.startsWith("compress"))
                        .map(option -> option.substring(option.indexOf('=') + 1)
                                + (option.startsWith("compress-force") ? " (forced)" : ""))
                        .findFirst())
                .orElse("none");
    }
}
