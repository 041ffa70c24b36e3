package io.gantry.storage.overlay2;

import io.gantry.spi.Feature;
import io.gantry.spi.Probe;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.WhiteoutDialect;
import java.util.ArrayList;
import java.util.List;

/** Whether and how overlay is used on a root, fixed when the driver is opened. */
sealed interface Decision {
    /** The answer for the engine. */
    Probe asProbe();

    /** Overlay does not work there. */
    record Refused(Probe.Unsupported why) implements Decision {
        @Override
        public Probe asProbe() {
            return why;
        }
    }

    /**
     * Overlay works.
     *
     * @param backing the file system beneath, by Docker's name
     * @param userXattr overlay's marks are {@code user.} attributes
     * @param nativeDiff an upper directory tells all and only what a layer changed
     * @param quotas project quotas are enforced
     * @param mountOptions for every overlay mount
     * @param features each decision with its reason
     */
    record Taken(
            String backing,
            boolean userXattr,
            boolean nativeDiff,
            boolean quotas,
            List<String> mountOptions,
            List<Feature> features)
            implements Decision {
        public Taken {
            mountOptions = List.copyOf(mountOptions);
            features = List.copyOf(features);
        }

        @Override
        public Probe asProbe() {
            return new Probe.Supported(features);
        }

        WhiteoutDialect dialect() {
            return userXattr ? WhiteoutDialect.OVERLAY_USERXATTR : WhiteoutDialect.OVERLAY;
        }

        /** Docker's five rows, another like them, then one for each other decision. */
        List<StatusRow> rows(StatusRow sixth) {
            List<StatusRow> rows = new ArrayList<>(List.of(
                    new StatusRow("Backing Filesystem", backing),
                    new StatusRow("Supports d_type", "true"),
                    new StatusRow("Using metacopy", "false"),
                    new StatusRow("Native Overlay Diff", Boolean.toString(nativeDiff)),
                    new StatusRow("userxattr", Boolean.toString(userXattr)),
                    sixth));
            for (Feature feature : features) {
                if (OverlayTrial.OWN_ROWS.contains(feature.name())) {
                    rows.add(new StatusRow(
                            feature.name(), (feature.enabled() ? "on" : "off") + " (" + feature.reason() + ")"));
                }
            }
            return List.copyOf(rows);
        }
    }
}
