package io.gantry.engine.volume;

import io.gantry.engine.EngineException;
import io.gantry.engine.Volumes;
import io.gantry.engine.catalogue.DriverKind;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.name.Ids;
import io.gantry.engine.name.PruneFilter;
import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.volume.VolumeDriver;
import io.gantry.spi.volume.VolumeInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Volumes. Which driver has a volume, and whether its name was made up, is kept in the database; all else the driver knows. */
public final class VolumeService implements Volumes {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeService.class);

    private final OpenDrivers drivers;
    private final EventLog events;
    private final Ids ids;
    private final Documents<Entry> documents;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private volatile Function<String, List<String>> users = name -> List.of();

    /**
     * Where a volume is.
     *
     * @param driver its driver
     * @param anonymous whether the engine made up its name
     */
    record Entry(String driver, boolean anonymous) {}

    /** Reads the volumes of an earlier run. */
    public VolumeService(StateDatabase state, OpenDrivers drivers, EventLog events, Ids ids) {
        this.drivers = drivers;
        this.events = events;
        this.ids = ids;
        this.documents = state.documents("volume", Entry.class);
        entries.putAll(documents.all());
    }

    /** Names the function that tells the ids of the containers that use a volume. */
    public void users(Function<String, List<String>> function) {
        users = function;
    }

    @Override
    public synchronized Volume create(
            String name, String driver, Map<String, String> options, Map<String, String> labels) {
        String driverName = driver.isEmpty() ? drivers.defaultVolume() : driver;
        String volumeName = name.isEmpty() ? ids.next() : name;
        Entry known = entries.get(volumeName);
        if (known != null && !driver.isEmpty() && !known.driver().equals(driver)) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "create " + name + ": conflict: a volume named " + name + " already exists with the "
                            + known.driver() + " driver: choose a different volume name");
        }
        if (known != null) {
            return find(volumeName);
        }
        Entry entry = new Entry(driverName, name.isEmpty());
        VolumeInfo info = drivers.volume(driverName)
                .create(
                        volumeName,
                        drivers.volumeOptions(driverName, options),
                        withAnonymous(labels, entry.anonymous()));
        documents.put(volumeName, entry);
        entries.put(volumeName, entry);
        events.publish("volume", "create", volumeName, Map.of("driver", driverName));
        return shown(entry, info);
    }

    @Override
    public Volume find(String name) {
        return lookUp(name).orElseThrow(() -> EngineException.notFound("get " + name + ": no such volume"));
    }

    /** Whether the engine made up a volume's name. */
    public boolean isAnonymous(String name) {
        return Optional.ofNullable(entries.get(name)).map(Entry::anonymous).orElse(false);
    }

    /** Whether there is a volume of that name. */
    public boolean exists(String name) {
        return lookUp(name).isPresent();
    }

    @Override
    public List<Volume> list() {
        List<Volume> volumes = new ArrayList<>();
        for (String driver : drivers.catalogue().names(DriverKind.VOLUME)) {
            try {
                drivers.volume(driver)
                        .volumes()
                        .forEach(info ->
                                volumes.add(shown(entries.getOrDefault(info.name(), new Entry(driver, false)), info)));
            } catch (UnsupportedException e) {
                LOG.debug("volume driver {} does not work here: {}", driver, e.getMessage());
            }
        }
        volumes.sort(Comparator.comparing(Volume::name));
        return volumes;
    }

    @Override
    public synchronized void remove(String name, boolean force) {
        Optional<Volume> volume = lookUp(name);
        if (volume.isEmpty()) {
            if (force) {
                return;
            }
            throw EngineException.notFound("get " + name + ": no such volume");
        }
        List<String> used = users.apply(name);
        if (!used.isEmpty()) {
            throw new EngineException(
                    EngineException.Kind.CONFLICT,
                    "remove " + name + ": volume is in use - [" + String.join(", ", used) + "]");
        }
        drivers.volume(volume.get().driver()).remove(name);
        documents.delete(name);
        entries.remove(name);
        events.publish("volume", "destroy", name, Map.of("driver", volume.get().driver()));
    }

    @Override
    public Pruned prune(boolean all, Map<String, List<String>> filters) {
        List<String> names = new ArrayList<>();
        long bytes = 0;
        for (Volume volume : list()) {
            if ((all || volume.anonymous())
                    && users.apply(volume.name()).isEmpty()
                    && PruneFilter.accepts(filters, volume.created(), volume.labels())) {
                bytes += drivers.volume(volume.driver()).usage(volume.name()).orElse(0L);
                remove(volume.name(), true);
                names.add(volume.name());
            }
        }
        return new Pruned(names, bytes);
    }

    @Override
    public VolumeUsage usage(String name) {
        Volume volume = find(name);
        return new VolumeUsage(
                users.apply(name).size(), drivers.volume(volume.driver()).usage(name));
    }

    /** Makes a volume's content available to a container; {@link #release} ends that. */
    public Path use(String name, String containerId) {
        return driverOf(name).mount(name, containerId);
    }

    /** Ends a container's use of a volume. */
    public void release(String name, String containerId) {
        lookUp(name).ifPresent(volume -> drivers.volume(volume.driver()).unmount(name, containerId));
    }

    private VolumeDriver driverOf(String name) {
        return drivers.volume(find(name).driver());
    }

    private Optional<Volume> lookUp(String name) {
        Entry entry = entries.get(name);
        if (entry != null) {
            return drivers.volume(entry.driver()).stat(name).map(info -> shown(entry, info));
        }
        return list().stream().filter(volume -> volume.name().equals(name)).findFirst();
    }

    private static Map<String, String> withAnonymous(Map<String, String> labels, boolean anonymous) {
        if (!anonymous) {
            return labels;
        }
        Map<String, String> more = new LinkedHashMap<>(labels);
        more.put("com.docker.volume.anonymous", "");
        return more;
    }

    private static Volume shown(Entry entry, VolumeInfo info) {
        return new Volume(
                info.name(),
                entry.driver(),
                info.mountpoint(),
                info.created(),
                info.options(),
                info.labels(),
                "local",
                entry.anonymous());
    }
}
