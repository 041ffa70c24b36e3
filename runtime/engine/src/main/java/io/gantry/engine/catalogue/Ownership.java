package io.gantry.engine.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whose code the engine is willing to run as root: files that belong to root or to the engine's own user, that nobody else can write, in directories of which the same holds.
 */
final class Ownership {
    private static final int ROOT = 0;
    private static final int GROUP_WRITABLE = 020;
    private static final int WORLD_WRITABLE = 02;

    private final int engineUser;

    private Ownership(int engineUser) {
        this.engineUser = engineUser;
    }

    /** Trusts root and the user with this id. */
    static Ownership of(int engineUser) {
        return new Ownership(engineUser);
    }

    /** Trusts root and the user that this process runs as. */
    static Ownership ofThisProcess() throws IOException {
        return new Ownership((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    /**
     * Checks a plug-in: its JARs, the folder they lie in, and the directory of the plug-in path. Where one of them is a symbolic link, the target and the directory that holds it are checked, too.
     */
    void check(PluginFiles plugin) throws BrokenPluginException {
        Set<Path> all = new LinkedHashSet<>();
        all.add(plugin.location().getParent());
        all.add(plugin.location());
        all.addAll(plugin.jars());
        for (Path path : all) {
            for (Path concerned : withTarget(path)) {
                check(concerned);
            }
        }
    }

    private static List<Path> withTarget(Path path) throws BrokenPluginException {
        if (!Files.isSymbolicLink(path)) {
            return List.of(path);
        }
        List<Path> concerned = new ArrayList<>();
        try {
            Path target = path.toRealPath();
            concerned.add(target.getParent() == null ? target : target.getParent());
            concerned.add(target);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        return concerned;
    }

    private void check(Path path) throws BrokenPluginException {
        Map<String, Object> attributes;
        try {
            attributes = Files.readAttributes(path, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        int owner = (int) attributes.get("uid");
        int mode = (int) attributes.get("mode");
        if (owner != ROOT && owner != engineUser) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.WRONG_OWNER,
                    path + " belongs to user id " + owner + ", who could make the engine run any code",
                    "if you trust it, run: chown root " + path);
        }
        if ((mode & (GROUP_WRITABLE | WORLD_WRITABLE)) != 0) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.WRONG_OWNER,
                    path + " is writable by " + ((mode & WORLD_WRITABLE) != 0 ? "everybody" : "its group")
                            + " (mode " + Integer.toOctalString(mode & 07777)
                            + "), who could make the engine run any code",
                    "if you trust it, run: chmod go-w " + path);
        }
    }

    private static BrokenPluginException unreadable(Path path, IOException cause) {
        return new BrokenPluginException(
                EntryStatus.Reason.UNREADABLE,
                "cannot read " + path + ": " + cause,
                "make it readable for the engine, or remove it",
                cause);
    }
}
