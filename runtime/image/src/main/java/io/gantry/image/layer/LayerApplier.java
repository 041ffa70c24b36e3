package io.gantry.image.layer;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.compress.HashingInputStream;
import io.gantry.linux.KernelException;
import io.gantry.spi.storage.LayerTarget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Applies layer archives to the directories of storage drivers, by the rules of the OCI image specification ("Layer Filesystem Changeset")
 * and Docker's where that is silent:
 *
 * <ul>
 *   <li>Whiteouts act on the layers beneath only, wherever in the archive they stand, and are written in the target's dialect.
 *   <li>A directory merges with a directory; everything else replaces what has its name.
 *   <li>Names and hard-link targets that climb above the root are refused; symbolic links met on the way are taken relative to the root,
 *       those of the layers beneath included.
 *   <li>Parent directories that no entry describes get the attributes of those beneath, or mode 0755.
 *   <li>Hard links to files of the layers beneath bring these up; the attributes that a hard link's header repeats are not applied again.
 *   <li>overlayfs's own extended attributes are kept escaped, so that they cannot act.
 * </ul>
 *
 * Without state; may be used by several threads.
 */
public final class LayerApplier {
    /**
     * Applies an uncompressed archive, reading the stream to its end. After a failure the target holds a part and must be thrown away.
     *
     * @param tar the archive; stays open
     * @param target where to, with nobody else at work on it
     * @throws ImageFormatException if the archive is damaged, hostile or beyond the limits
     * @throws ParentsNeededException if the layers beneath are pending and an entry depends on them
     * @throws IOException if the kernel refuses, such as when the disk is full; the {@link KernelException} is its cause
     */
    public AppliedLayer apply(InputStream tar, LayerTarget target, ApplyOptions options) throws IOException {
        HashingInputStream hashed = new HashingInputStream(tar);
        try (LayerApplication application = new LayerApplication(hashed, target, options)) {
            application.run();
            Digest diffId = hashed.finish();
            return application.result(diffId, hashed.count());
        }
    }

    /**
     * Ends the work on a layer that was applied while what lies beneath was pending: takes marks away that hide nothing. Overlayfs would list
     * them as names that cannot be opened.
     *
     * @param target where the layer was applied to
     * @param parents the directories of the layers beneath, topmost first
     * @param unsettled what {@link AppliedLayer#unsettled} told
     */
    public void settle(LayerTarget target, List<Path> parents, List<String> unsettled) throws IOException {
        LowerLayers lower = new LowerLayers(parents, target.dialect());
        MarkedDeletions marks = new MarkedDeletions(target.dialect(), lower, false);
        try (UpperTree tree = new UpperTree(target.directory(), lower, false, marks, (parent, name, model) -> {})) {
            for (String path : unsettled) {
                if (!lower.has(path)) {
                    marks.unmark(tree, path);
                    tree.release();
                }
            }
        } catch (KernelException e) {
            throw new IOException("cannot finish the layer: " + e.getMessage(), e);
        }
    }
}
