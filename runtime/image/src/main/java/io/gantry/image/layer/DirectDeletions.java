package io.gantry.image.layer;

import io.gantry.image.tar.EntryPath;
import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Deletions that delete, sparing what this layer itself has put there. */
final class DirectDeletions implements Deletions {
    private final Set<String> own = new HashSet<>();
    private String last = "";

    @Override
    public void whiteout(UpperTree tree, Dir directory, String name) {
        removeOlder(directory.handle(), directory.path(), name);
    }

    @Override
    public void opaque(UpperTree tree, Dir directory) {
        removeOlderChildren(directory.handle(), directory.path());
    }

    private void removeOlder(OpenDirectory handle, String directory, String name) {
        String path = EntryPath.child(directory, name);
        if (!own.contains(path)) {
            handle.removeTree(name);
            return;
        }
        Optional<Stat> stat = handle.stat(name);
        if (stat.isPresent() && stat.get().kind() == FileKind.DIRECTORY) {
            try (OpenDirectory below = handle.directory(name)) {
                removeOlderChildren(below, path);
            }
        }
    }

    private void removeOlderChildren(OpenDirectory handle, String path) {
        for (DirectoryEntry child : handle.list()) {
            removeOlder(handle, path, child.name());
        }
    }

    @Override
    public void replacedByDirectory(String path) {
        // what was there is gone already
    }

    /** An entry's parents belong to this layer as well, or they would be deleted with it. */
    @Override
    public void touched(String path) {
        own.add(path);
        String parent = EntryPath.parent(path);
        if (!parent.equals(last)) {
            last = parent;
            while (!parent.isEmpty() && own.add(parent)) {
                parent = EntryPath.parent(parent);
            }
        }
    }

    @Override
    public void broughtUp(String path) {
        // everything is in the tree
    }

    @Override
    public boolean hides(String path) {
        return false;
    }

    @Override
    public boolean isOpaque(String path) {
        return false;
    }

    @Override
    public void finish(UpperTree tree) {
        // done as it came
    }

    @Override
    public List<String> unsettled() {
        return List.of();
    }
}
