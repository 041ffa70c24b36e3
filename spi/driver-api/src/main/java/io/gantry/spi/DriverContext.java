package io.gantry.spi;

import java.nio.file.Path;

/** What the engine hands to any driver. Implemented by the engine alone, so that later versions can add to it. */
public interface DriverContext {
    /** A directory of the driver's own that survives reboots, mode 0700, made by the engine. */
    Path root();

    /** A directory of the driver's own for run-time state, emptied by a reboot, mode 0700, made by the engine. */
    Path runDirectory();

    /** The daemon-wide options, checked against {@link DriverProvider#options}, defaults filled in. */
    Options options();
}
