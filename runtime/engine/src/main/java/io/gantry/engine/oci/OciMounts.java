package io.gantry.engine.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The mounts: Docker's usual ones, less those that the user replaces, and the user's, parents before children. */
final class OciMounts {
    private static final Set<String> PROPAGATION =
            Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");

    private final OciRequest request;
    private final ArrayNode mounts = JsonNodeFactory.instance.arrayNode();
    private final Set<String> replaced;

    private OciMounts(OciRequest request) {
        this.request = request;
        this.replaced = Set.copyOf(
                request.mounts().stream().map(OciMounts::target).distinct().toList());
    }

    static ArrayNode of(OciRequest request) {
        OciMounts mounts = new OciMounts(request);
        mounts.addUsual();
        request.mounts().stream()
                .sorted(Comparator.comparingInt(
                        mount -> Path.of(mount.target()).normalize().getNameCount()))
                .forEach(mounts::add);
        return mounts.mounts;
    }

    private void addUsual() {
        // A privileged container may change kernel settings, unless its root is read-only on purpose.
        boolean writable = request.security().privileged() && !request.readonlyRootfs();
        String access = writable ? "rw" : "ro";
        usual("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        usual("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        usual("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        usual("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", access);
        usual("/sys/fs/cgroup", "cgroup", "cgroup", access, "nosuid", "noexec", "nodev");
        // Shows the queues of the IPC namespace that the container is in, the host's included.
        usual("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        addShm();
    }

    private void addShm() {
        OciRequest.Shm shm = request.shm();
        if (shm instanceof OciRequest.Shm.Own own) {
            usual("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=" + own.bytes());
        } else if (shm instanceof OciRequest.Shm.Shared shared) {
            usual("/dev/shm", "bind", shared.source().toString(), "rbind", "rprivate");
        }
    }

    private void usual(String target, String type, String source, String... options) {
        if (!replaced.contains(target)) {
            put(target, type, source, List.of(options));
        }
    }

    private void add(OciRequest.Mount mount) {
        String target = target(mount);
        if (target.equals("/")) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid specification: destination can't be '/'");
        }
        if (mount instanceof OciRequest.Mount.Bind bind) {
            put(target, "bind", bind.source().toString(), bindOptions(bind));
        } else if (mount instanceof OciRequest.Mount.Tmpfs tmpfs) {
            List<String> options = Stream.concat(
                            Stream.of("noexec", "nosuid", "nodev")
                                    .filter(option -> !tmpfs.options().contains(option.substring(2))),
                            tmpfs.options().stream())
                    .distinct()
                    .toList();
            put(target, "tmpfs", "tmpfs", options);
        }
    }

    private static List<String> bindOptions(OciRequest.Mount.Bind bind) {
        String propagation = bind.propagation().isEmpty() ? "rprivate" : bind.propagation();
        if (!PROPAGATION.contains(propagation)) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid propagation mode: " + propagation);
        }
        List<String> options = new ArrayList<>(List.of(bind.recursive() ? "rbind" : "bind"));
        if (bind.readonly()) {
            options.add("ro");
        }
        options.add(propagation);
        return options;
    }

    private static String target(OciRequest.Mount mount) {
        return Path.of("/").resolve(mount.target()).normalize().toString();
    }

    private void put(String target, String type, String source, List<String> options) {
        ObjectNode mount =
                mounts.addObject().put("destination", target).put("type", type).put("source", source);
        ArrayNode list = mount.putArray("options");
        options.forEach(list::add);
    }
}
