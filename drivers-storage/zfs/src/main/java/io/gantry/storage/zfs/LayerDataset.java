package io.gantry.storage.zfs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A layer's dataset as ZFS has it.
 *
 * @param key the layer's key
 * @param origin the snapshot it is a clone of, by its full name
 * @param committed it has the snapshot that is made when a layer is committed
 */
record LayerDataset(String key, Optional<String> origin, boolean committed) {
    /** What {@link #parse} reads, of {@code zfs list -H -p -r -d 2 -t filesystem,snapshot}. */
    static final String COLUMNS = "name,origin," + LayerDatasets.ROOT;

    private static final Pattern KEY = Pattern.compile("[a-z2-7]{8}");

    /**
     * Reads a listing.
     *
     * @param listing lines of {@link #COLUMNS} with tabs between
     * @param home the dataset that layers lie in; what has no layer's form there is somebody else's
     */
    static List<LayerDataset> parse(String listing, String home) {
        Map<String, Optional<String>> origins = new LinkedHashMap<>();
        Set<String> committed = new HashSet<>();
        for (String line : listing.split("\n")) {
            String[] fields = line.split("\t", -1);
            if (fields.length != 3 || !fields[0].startsWith(home + "/")) {
                continue;
            }
            String name = fields[0].substring(home.length() + 1);
            int at = name.indexOf('@');
            if (at < 0 && KEY.matcher(name).matches()) {
                origins.put(name, fields[1].equals("-") ? Optional.empty() : Optional.of(fields[1]));
            } else if (at > 0 && name.substring(at + 1).equals(name.substring(0, at))) {
                committed.add(name.substring(0, at));
            }
        }
        List<LayerDataset> found = new ArrayList<>();
        origins.forEach((key, origin) -> found.add(new LayerDataset(key, origin, committed.contains(key))));
        return found;
    }

    /** Which root the dataset that layers lie in belongs to, by the same listing. */
    static Optional<String> owner(String listing, String home) {
        return Stream.of(listing.split("\n"))
                .map(line -> line.split("\t", -1))
                .filter(fields -> fields.length == 3 && fields[0].equals(home))
                .map(fields -> fields[2])
                .findFirst();
    }

    /** The keys of datasets in the order in which they can be destroyed: clones before what they are clones of. */
    static List<String> clonesFirst(List<LayerDataset> datasets) {
        Map<String, LayerDataset> byKey = new HashMap<>();
        datasets.forEach(dataset -> byKey.put(dataset.key(), dataset));
        Map<String, Integer> depths = new HashMap<>();
        for (LayerDataset dataset : datasets) {
            int depth = 0;
            Optional<LayerDataset> next = Optional.of(dataset);
            while (next.isPresent() && depth <= datasets.size()) {
                depth++;
                next = next.get().originKey().map(byKey::get);
            }
            depths.put(dataset.key(), depth);
        }
        return datasets.stream()
                .map(LayerDataset::key)
                .sorted(Comparator.comparing((String key) -> depths.get(key)).reversed())
                .toList();
    }

    private Optional<String> originKey() {
        return origin.map(name -> name.substring(name.indexOf('@') + 1));
    }
}
