package io.gantry.engine.dns;

import java.util.List;

/**
 * How a container resolves names that are not on its networks.
 *
 * @param upstreams whom to ask, first to last
 * @param ndotsSet whether names without dots are answered here or not at all
 */
public record Resolution(List<Upstream> upstreams, boolean ndotsSet) {
    /** Nobody is asked. */
    public static final Resolution NONE = new Resolution(List.of(), false);

    /** Copies the list. */
    public Resolution {
        upstreams = List.copyOf(upstreams);
    }
}
