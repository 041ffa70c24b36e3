package io.gantry.image.layer;

import java.io.IOException;

/** A layer cannot be applied by itself: an entry depends on what lies beneath. It has to be applied again, on top of its parent. */
public final class ParentsNeededException extends IOException {
    private static final long serialVersionUID = 1;

    ParentsNeededException(String path) {
        super("\"" + path + "\" of the layer depends on the layers beneath");
    }
}
