package io.gantry.storage.zfs;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.support.DurableFields;
import io.gantry.spi.storage.support.IoFailures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The datasets of one driver's root. They lie in a dataset of their own, {@code FSNAME/gantry-XXXXXXXX}, so that several roots share a pool and nobody else's datasets are among them; a
 * layer is {@code …/KEY}, and once committed it has the snapshot {@code …/KEY@KEY}, which its children are clones of. Keys are unique, hence so are names of snapshots. Which dataset is a
 * root's stands in the file {@code dataset} there, and which root is a dataset's in its property {@value #ROOT}.
 *
 * <p>Thread-safe. Failures are {@link ZfsFailure}s unless documented otherwise.
 */
final class LayerDatasets {
    static final String ROOT = "io.gantry:root";

    private static final System.Logger LOG = System.getLogger(LayerDatasets.class.getName());
    private static final String FILE = "dataset";
    private static final String HEADER = "gantry-zfs 1";
    private static final String NAME = "name";
    private static final String PREFIX = "/gantry-";
    private static final Pattern LEFT = Pattern.compile("\"return\":\\s*\"([^\"]*)\"");

    /** Destroys many datasets at once, each with its snapshots, and says which it could not. */
    private static final String DESTROY_ALL = """
            args = ...
            left = {}
            for _, name in ipairs(args["argv"]) do
                if zfs.exists(name) then
                    for snapshot in zfs.list.snapshots(name) do
                        zfs.sync.destroy{snapshot, defer=true}
                    end
                    if zfs.sync.destroy(name) ~= 0 then
                        left[#left + 1] = name
                    end
                end
            end
            return table.concat(left, " ")
            """;

    private final ZfsPrograms programs;
    private final String home;
    private final List<LayerDataset> found;

    private LayerDatasets(ZfsPrograms programs, String home, List<LayerDataset> found) {
        this.programs = programs;
        this.home = home;
        this.found = List.copyOf(found);
    }

    /**
     * Opens a root's datasets; makes the one that they lie in if there are none yet.
     *
     * @param parent what that one is to lie in
     * @param empty there are no layers, so that there may be no datasets either
     * @throws FailedPreconditionException if the datasets are elsewhere, gone, or another root's
     */
    static LayerDatasets open(ZfsPrograms programs, Path root, String parent, boolean empty) {
        Optional<String> recorded = recorded(root);
        if (recorded.isPresent() && recorded.get().startsWith(parent + PREFIX)) {
            Abandoned.awaitCommandsOn(recorded.get());
            Optional<LayerDatasets> existing = find(programs, root, recorded.get());
            if (existing.isPresent()) {
                return existing.get();
            }
        }
        if (!empty) {
            throw missing(root, parent, recorded.orElse("(not recorded)"));
        }
        String home = parent + PREFIX + newName();
        record(root, home);
        makeHome(programs, root, home);
        return new LayerDatasets(programs, home, List.of());
    }

    /** The datasets that there were when this was opened. */
    List<LayerDataset> found() {
        return found;
    }

    /** The dataset that layers lie in. */
    String home() {
        return home;
    }

    /** A layer's dataset. */
    String of(String key) {
        return home + "/" + key;
    }

    /** What a committed layer shows, and its children begin with. */
    String snapshotOf(String key) {
        return of(key) + "@" + key;
    }

    /** Makes a layer's dataset, empty or as a committed layer is. */
    void create(String key, Optional<String> parentKey, Optional<Long> quota) {
        List<String> arguments = new ArrayList<>(List.of(parentKey.isPresent() ? "clone" : "create"));
        quota.ifPresent(bytes -> arguments.addAll(List.of("-o", "quota=" + bytes)));
        parentKey.ifPresent(parent -> arguments.add(snapshotOf(parent)));
        arguments.add(of(key));
        programs.zfs(arguments);
    }

    /** Makes the snapshot of a layer. One that an interrupted commit left is of an earlier state and is replaced. */
    void commit(String key) {
        try {
            programs.zfs("snapshot", snapshotOf(key));
        } catch (ZfsFailure e) {
            if (!e.is(ZfsFailure.Kind.EXISTS)) {
                throw e;
            }
            programs.zfs("destroy", snapshotOf(key));
            programs.zfs("snapshot", snapshotOf(key));
        }
    }

    /** Takes back {@link #commit}. */
    void uncommit(String key) {
        programs.zfs("destroy", snapshotOf(key));
    }

    /** Whether there is a dataset of that name. */
    boolean exists(String dataset) {
        try {
            programs.zfs("list", "-H", "-o", "name", dataset);
            return true;
        } catch (ZfsFailure e) {
            if (e.is(ZfsFailure.Kind.MISSING)) {
                return false;
            }
            throw e;
        }
    }

    /** What changed from a snapshot to a later one or a dataset, as {@link DiffLine} reads it; both must be mounted. */
    String diff(String from, String to) {
        return programs.zfs("diff", "-F", "-H", from, to);
    }

    /** Properties of a dataset as numbers or text, {@code -} for one that is not set. */
    String[] values(String dataset, String... properties) {
        return programs.zfs("list", "-H", "-p", "-o", String.join(",", properties), dataset)
                .replace("\n", "")
                .split("\t", -1);
    }

    /** Sets properties, each as {@code NAME=VALUE}. */
    void set(String dataset, String... properties) {
        List<String> arguments = new ArrayList<>(List.of("set"));
        arguments.addAll(List.of(properties));
        arguments.add(dataset);
        programs.zfs(arguments);
    }

    /** All layers' datasets, by one call. */
    List<LayerDataset> list() {
        return LayerDataset.parse(list(programs, home), home);
    }

    /**
     * Destroys datasets with their snapshots, all at once where the pool can.
     *
     * @param keys clones before what they are clones of
     * @return those that are still there, and why
     */
    Map<String, ZfsFailure> destroy(List<String> keys) {
        Map<String, ZfsFailure> left = new LinkedHashMap<>();
        for (String name : keys.size() > 1
                ? destroyAtOnce(keys)
                : keys.stream().map(this::of).toList()) {
            try {
                programs.zfs("destroy", "-r", name);
            } catch (ZfsFailure e) {
                if (!e.is(ZfsFailure.Kind.MISSING)) {
                    left.put(name.substring(home.length() + 1), e);
                }
            }
        }
        return left;
    }

    private List<String> destroyAtOnce(List<String> keys) {
        List<String> names = keys.stream().map(this::of).toList();
        List<String> arguments = new ArrayList<>(List.of("program", "-j", home.substring(0, home.indexOf('/')), "-"));
        arguments.addAll(names);
        try {
            Matcher left = LEFT.matcher(programs.zfs(DESTROY_ALL, arguments));
            if (left.find()) {
                return left.group(1).isEmpty()
                        ? List.of()
                        : List.of(left.group(1).split(" "));
            }
            LOG.log(System.Logger.Level.DEBUG, "the channel program that destroys datasets gave no answer");
        } catch (ZfsFailure e) {
            LOG.log(System.Logger.Level.DEBUG, "datasets are destroyed one by one", e);
        }
        return names;
    }

    /** Empty if there is no such dataset. */
    private static Optional<LayerDatasets> find(ZfsPrograms programs, Path root, String home) {
        String listing;
        try {
            listing = list(programs, home);
        } catch (ZfsFailure e) {
            if (e.is(ZfsFailure.Kind.MISSING)) {
                return Optional.empty();
            }
            throw e;
        }
        String owner = LayerDataset.owner(listing, home).orElse("nobody");
        if (!owner.equals(root.toString())) {
            throw new FailedPreconditionException(new Problem(
                    "open " + root,
                    "the dataset " + home + " holds the layers of " + owner,
                    "open that one; if it was moved here, run zfs set " + ROOT + "=" + root + " " + home));
        }
        return Optional.of(new LayerDatasets(programs, home, LayerDataset.parse(listing, home)));
    }

    private static FailedPreconditionException missing(Path root, String parent, String recorded) {
        boolean elsewhere = !recorded.startsWith(parent + PREFIX);
        return new FailedPreconditionException(new Problem(
                "open " + root,
                elsewhere
                        ? "its layers are in " + recorded + ", and " + parent + " is chosen"
                        : "the dataset that its layers are in, " + recorded + ", does not exist",
                elsewhere
                        ? "set " + ZfsProvider.FSNAME + " to the dataset that they are in"
                        : "import its pool with zpool import; if the layers are to be given up, delete " + root));
    }

    private static String list(ZfsPrograms programs, String home) {
        return programs.zfs(
                "list", "-H", "-p", "-r", "-d", "2", "-t", "filesystem,snapshot", "-o", LayerDataset.COLUMNS, home);
    }

    /** What is inherited from above could keep layers from holding what images hold, so that it is set here. */
    private static void makeHome(ZfsPrograms programs, Path root, String home) {
        programs.zfs(
                "create",
                "-o",
                ROOT + "=" + root,
                "-o",
                "mountpoint=legacy",
                "-o",
                "readonly=off",
                "-o",
                "snapdir=hidden",
                "-o",
                "xattr=sa",
                "-o",
                "acltype=posixacl",
                "-o",
                "casesensitivity=sensitive",
                "-o",
                "normalization=none",
                "-o",
                "utf8only=off",
                "-o",
                "com.sun:auto-snapshot=false",
                home);
    }

    private static Optional<String> recorded(Path root) {
        Path file = root.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(DurableFields.read(file, HEADER).get(NAME));
        } catch (IOException e) {
            throw IoFailures.of("read which dataset has the layers of " + root + " from " + file, e);
        }
    }

    private static void record(Path root, String home) {
        try {
            DurableFields.write(root.resolve(FILE), HEADER, Map.of(NAME, home));
        } catch (IOException e) {
            throw IoFailures.of("record that the layers of " + root + " are in " + home, e);
        }
    }

    private static String newName() {
        long random = ThreadLocalRandom.current().nextLong() >>> 24;
        return String.format("%010x", random);
    }
}
