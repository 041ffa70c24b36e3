package io.gantry.engine;

import io.gantry.engine.catalogue.DriverReport;
import java.util.List;

/** The engine: what runs containers on the drivers it finds. */
public interface Engine extends AutoCloseable {
    /** Containers and the commands that run in them. */
    Containers containers();

    /** Images. */
    Images images();

    /** Networks. */
    Networks networks();

    /** Volumes. */
    Volumes volumes();

    /** Checks of what is stored. */
    Checks checks();

    /** What happens. */
    Events events();

    /** What {@code docker info} tells. */
    EngineInfo info();

    /** All drivers that were found, those that do not work or could not be loaded included, with the reasons. */
    List<DriverReport> drivers();

    /** Opens an engine: finds the drivers, restores networks and takes up the containers that still run. */
    static Engine open(EngineConfig config) {
        return LocalEngine.open(config);
    }

    /** Stops looking after containers, which go on running, and closes all drivers. */
    @Override
    void close();
}
