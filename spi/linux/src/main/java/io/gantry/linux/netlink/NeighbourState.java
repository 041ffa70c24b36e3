package io.gantry.linux.netlink;

import java.util.Arrays;

/** State of a neighbour or forwarding entry ({@code NUD_*}). */
public enum NeighbourState {
    NONE(0),
    INCOMPLETE(0x01),
    REACHABLE(0x02),
    STALE(0x04),
    DELAY(0x08),
    PROBE(0x10),
    FAILED(0x20),
    NOARP(0x40),
    PERMANENT(0x80);

    final int value;

    NeighbourState(int value) {
        this.value = value;
    }

    static NeighbourState of(int value) {
        return Arrays.stream(values())
                .filter(state -> state.value == value)
                .findFirst()
                .orElse(NONE);
    }
}
