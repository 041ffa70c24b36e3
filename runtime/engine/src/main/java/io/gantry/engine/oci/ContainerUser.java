package io.gantry.engine.oci;

import java.util.List;

/**
 * A user by numbers.
 *
 * @param uid 0 to 2147483647
 * @param gid the same
 * @param groups all groups, the first one among them
 */
public record ContainerUser(int uid, int gid, List<Integer> groups) {
    /** Copies the list. */
    public ContainerUser {
        groups = List.copyOf(groups);
    }
}
