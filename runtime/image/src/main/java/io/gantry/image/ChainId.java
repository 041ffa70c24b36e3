package io.gantry.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Chain ids: what names a stack of layers, bottom first (OCI image specification, "Layer ChainID"). */
public final class ChainId {
    private ChainId() {}

    /** The chain id of every prefix of these diff ids, in the same order. */
    public static List<Digest> allOf(List<Digest> diffIds) {
        List<Digest> chain = new ArrayList<>(diffIds.size());
        for (Digest diffId : diffIds) {
            chain.add(chain.isEmpty() ? diffId : next(chain.get(chain.size() - 1), diffId));
        }
        return List.copyOf(chain);
    }

    /** The chain id of a layer on top of a chain. */
    public static Digest next(Digest parent, Digest diffId) {
        return Digest.of((parent + " " + diffId).getBytes(StandardCharsets.US_ASCII));
    }
}
