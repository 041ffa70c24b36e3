package io.gantry.storage.devicemapper;

import java.util.List;
import java.util.Optional;

/**
 * What a thin pool says of itself (kernel document {@code device-mapper/thin-provisioning}). Metadata blocks have 4 KiB, data blocks what the pool was made with.
 *
 * @param transaction the number that its user counts
 * @param mode {@code rw}, {@code ro} or {@code out_of_data_space}
 * @param needsCheck whether its metadata must be checked before it can be written again
 */
record PoolStatus(
        long transaction,
        long usedMetadata,
        long totalMetadata,
        long usedData,
        long totalData,
        String mode,
        boolean needsCheck) {

    static final int METADATA_BLOCK = 4096;

    /** Reads {@code TRANSACTION USED/TOTAL USED/TOTAL ROOT MODE ...}; empty for a pool that has failed. */
    static Optional<PoolStatus> parse(String text) {
        List<String> words = List.of(text.strip().split(" +"));
        if (words.size() < 5) {
            return Optional.empty();
        }
        long[] metadata = share(words.get(1));
        long[] data = share(words.get(2));
        return Optional.of(new PoolStatus(
                Long.parseLong(words.get(0)),
                metadata[0],
                metadata[1],
                data[0],
                data[1],
                words.get(4),
                words.contains("needs_check")));
    }

    long freeData() {
        return totalData - usedData;
    }

    long freeMetadata() {
        return totalMetadata - usedMetadata;
    }

    /** Whether layers can be made in it. */
    boolean isWritable() {
        return !mode.equals("ro") && !needsCheck;
    }

    private static long[] share(String text) {
        int slash = text.indexOf('/');
        return new long[] {Long.parseLong(text.substring(0, slash)), Long.parseLong(text.substring(slash + 1))};
    }
}
