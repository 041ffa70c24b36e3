package io.gantry.tck.storage;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.StorageCapability;
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

    /** Notes something for the report. */
    void note(String key, String value);

    /** A capability that the case is about. */
    default <T extends StorageCapability> T offered(Class<T> capability) {
        return bench().driver()
                .capability(capability)
                .orElseThrow(() -> new NotOfferedException(capability.getSimpleName()));
    }

    default LayerId id(String name) {
        return LayerId.of(name);
    }
}
