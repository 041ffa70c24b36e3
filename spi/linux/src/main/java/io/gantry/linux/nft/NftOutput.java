package io.gantry.linux.nft;

import java.util.Set;

/** How answers are to look (libnftables(3), {@code nft_ctx_output_set_flags}). */
public enum NftOutput {
    /** Leave counters, quotas and other state out. */
    STATELESS(1 << 2),
    /** Show the handles by which rules are deleted. */
    HANDLE(1 << 3),
    /** JSON, as libnftables-json(5) describes. */
    JSON(1 << 4),
    /** Answer what was added, with handles where {@link #HANDLE} is given too. */
    ECHO(1 << 5),
    /** Protocols, priorities and marks as numbers. */
    NUMERIC((1 << 7) | (1 << 8) | (1 << 9)),
    /** Leave the elements of sets and maps out. */
    TERSE(1 << 11);

    private final int bits;

    NftOutput(int bits) {
        this.bits = bits;
    }

    static int bits(Set<NftOutput> flags) {
        return flags.stream().mapToInt(flag -> flag.bits).reduce(0, (a, b) -> a | b);
    }
}
