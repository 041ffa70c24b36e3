package io.gantry.engine.check;

import io.gantry.engine.Checks.Fault;
import io.gantry.engine.Checks.Outcome;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import io.gantry.spi.storage.LayerId;
import java.io.IOException;
import java.util.Optional;

/** A fault and what mends it. */
final class Finding {
    private final String driver;
    private final Kind kind;
    private final Optional<LayerId> layer;
    private final String detail;
    private final Optional<Mending> mending;
    private String remedy;
    private Outcome outcome = Outcome.FOUND;

    private Finding(
            String driver,
            Kind kind,
            Optional<LayerId> layer,
            String detail,
            String remedy,
            Optional<Mending> mending) {
        this.driver = driver;
        this.kind = kind;
        this.layer = layer;
        this.detail = detail;
        this.remedy = remedy;
        this.mending = mending;
    }

    /** Mends a fault. */
    interface Mending {
        /** Does it, and gives what was done. */
        String mend() throws IOException;
    }

    /** One that the user has to do something about. */
    static Finding forUser(String driver, Kind kind, Optional<LayerId> layer, String detail, String remedy) {
        return new Finding(driver, kind, layer, detail, remedy, Optional.empty());
    }

    /** @param remedy what the mending would do */
    static Finding mendable(
            String driver, Kind kind, Optional<LayerId> layer, String detail, String remedy, Mending mending) {
        return new Finding(driver, kind, layer, detail, remedy, Optional.of(mending));
    }

    String driver() {
        return driver;
    }

    Kind kind() {
        return kind;
    }

    Optional<LayerId> layer() {
        return layer;
    }

    boolean isMended() {
        return outcome == Outcome.MENDED;
    }

    /** Mends it, if that is possible. */
    void mend() {
        if (mending.isEmpty()) {
            outcome = Outcome.LEFT;
            return;
        }
        try {
            mended(mending.get().mend());
        } catch (IOException | RuntimeException e) {
            left("could not be mended: " + e.getMessage());
        }
    }

    void mended(String done) {
        remedy = done;
        outcome = Outcome.MENDED;
    }

    void left(String why) {
        remedy = why;
        outcome = Outcome.LEFT;
    }

    void remedy(String text) {
        remedy = text;
    }

    Fault fault() {
        return new Fault(driver, kind, layer.map(LayerId::value).orElse(""), detail, remedy, outcome);
    }
}
