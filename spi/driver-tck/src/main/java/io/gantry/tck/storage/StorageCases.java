package io.gantry.tck.storage;

import io.gantry.spi.storage.LayerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What the groups of cases have in common. */
interface StorageCases {
    StorageBench bench();

    int depth();

    long leastLimit();

    Duration patience();

    List<String> leftovers() throws IOException;

    default LayerId id(String name) {
        return LayerId.of(name);
    }
}
