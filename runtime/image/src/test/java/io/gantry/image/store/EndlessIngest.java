package io.gantry.image.store;

import java.io.IOException;
import java.nio.file.Path;

/** A process that commits one blob, starts another, and writes until it is killed. */
final class EndlessIngest {
    private EndlessIngest() {}

    public static void main(String[] args) throws IOException {
        ContentStore store = ContentStore.open(Path.of(args[0]));
        try (Lease lease = store.lease();
                Ingest ingest = lease.ingest()) {
            lease.add("whole".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            for (long count = 0; ; count++) {
                ingest.write(new byte[1024], 0, 1024);
                if (count == 100) {
                    System.out.println("under way");
                }
                if (count > 1_000_000) {
                    return;
                }
            }
        }
    }
}
