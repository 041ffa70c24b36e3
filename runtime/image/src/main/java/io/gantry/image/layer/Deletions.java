package io.gantry.image.layer;

import java.io.IOException;
import java.util.List;

/** How a layer's deletions take effect. They act on the layers beneath alone, wherever in the archive they stand. */
interface Deletions {
    /** Something of the layers beneath is gone. */
    void whiteout(UpperTree tree, Dir directory, String name) throws IOException;

    /** Everything that the layers beneath have in a directory is gone. */
    void opaque(UpperTree tree, Dir directory) throws IOException;

    /** A directory of this layer has taken the place of something else of this layer: what is beneath it stays hidden. */
    void replacedByDirectory(String path);

    /** This layer has an entry here, and so in the directories above. */
    void touched(String path);

    /** Something is in the tree without being an entry of this layer, for now: a directory on the way, or the target of a hard link. */
    void broughtUp(String path);

    /** Whether something beneath is gone by itself; that a parent is gone is known from {@link Dir#lowerVisible}. */
    boolean hides(String path);

    /** Whether a directory does not let the layers beneath show through. */
    boolean isOpaque(String path);

    /** Ends the layer. */
    void finish(UpperTree tree) throws IOException;

    /** Paths that were marked without a look at what lies beneath, because that was pending. */
    List<String> unsettled();
}
