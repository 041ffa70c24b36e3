package io.gantry.tck.storage;

import io.gantry.spi.storage.LayerId;

/** What the groups of cases have in common. */
interface StorageCases {
    StorageBench bench();

    int depth();

    default LayerId id(String name) {
        return LayerId.of(name);
    }
}
