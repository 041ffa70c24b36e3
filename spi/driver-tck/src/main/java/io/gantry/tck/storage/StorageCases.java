package io.gantry.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.StorageCapability;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the groups of cases have in common. */
interface StorageCases {
    StorageBench bench();

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

    /** Cleans up until nothing is left that was not there before the first layer. Not at once, since what a process held the kernel may let go of some time later. */
    default void awaitNothingLeft(List<String> unused) throws IOException, InterruptedException {
        long end = System.nanoTime() + patience().toNanos();
        bench().driver().cleanup();
        while (!leftovers().equals(unused) && System.nanoTime() < end) {
            Thread.sleep(100);
            bench().driver().cleanup();
        }
        List<String> found = leftovers();
        List<String> more = new ArrayList<>(found);
        more.removeAll(unused);
        List<String> fewer = new ArrayList<>(unused);
        fewer.removeAll(found);
        assertThat(found)
                .as("what is left when all layers are gone: " + more + " is left, " + fewer + " is missing")
                .isEqualTo(unused);
    }

    default LayerId id(String name) {
        return LayerId.of(name);
    }
}
