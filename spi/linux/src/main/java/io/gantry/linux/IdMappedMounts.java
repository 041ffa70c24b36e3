package io.gantry.linux;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Mounts with mapped owners (kernel document {@code filesystems/idmappings}), of Linux 5.12; of overlay since Linux 5.19. */
final class IdMappedMounts {
    private static final Set<String> LOWERS = Set.of("lowerdir+", "datadir+");

    private IdMappedMounts() {}

    /** Mounts or binds, with {@link MountOptions#idMap}. */
    static void mount(MountRequest request, MountOptions options, Path target) {
        String map = options.idMap().orElseThrow();
        if (options.bind() || !request.type().equals("overlay")) {
            try (Fd namespace = namespace(map)) {
                boolean done = options.bind()
                        ? NewMountApi.bind(request.source(), options, target, Optional.of(namespace))
                        : NewMountApi.mount(request, options, target, Optional.of(namespace));
                if (!done) {
                    throw tooOld(request, target);
                }
            }
            return;
        }
        overlay(request, options, target, IdMap.parse(map));
    }

    /** What {@code mount(8)} takes: ranges, or the file of a user namespace that has them. */
    private static Fd namespace(String map) {
        return map.startsWith("/") ? Fd.open(Path.of(map), OpenFlags.O_RDONLY) : UserNamespace.of(IdMap.parse(map));
    }

    /**
     * Overlay itself knows no map: it shows what its layers show. So each of them is put in place with mapped owners where only this thread sees it, overlay is mounted on them there, and
     * the mount is brought out; it keeps what it stands on. Overlay works with the rights of who mounts it, in directories that show root as somebody else: it is mounted by that one.
     */
    private static void overlay(MountRequest request, MountOptions options, Path target, IdMap map) {
        String object = "overlay on " + target;
        Set<Path> places = places(options, object);
        Fd mounted = Namespaces.inNew(Set.of(NamespaceKind.MOUNT), () -> {
            try (Fd namespace = UserNamespace.of(map)) {
                for (Path place : places) {
                    cover(place, namespace, object);
                }
            }
            FileUser.become(map.shownUser(), map.shownGroup());
            Path on = places.iterator().next();
            if (!NewMountApi.mount(request, options, on)) {
                ClassicMountApi.mount(request, options, on);
            }
            return NewMountApi.clone(on.toString(), 0, object).orElseThrow(() -> tooOld(request, target));
        });
        try (mounted) {
            NewMountApi.attach(mounted, target, object);
        }
    }

    /** Overlay wants the upper directory and that for its work on one mount. */
    private static Set<Path> places(MountOptions options, String object) {
        Set<Path> places = new LinkedHashSet<>();
        for (MountOptions.Parameter parameter : options.parameters()) {
            String value = parameter.value().orElse("");
            if (LOWERS.contains(parameter.key())) {
                places.add(Path.of(value));
            } else if (parameter.key().equals("upperdir") || parameter.key().equals("workdir")) {
                places.add(Path.of(value).getParent());
            } else if (parameter.key().equals("lowerdir")) {
                throw new KernelException(
                        "mount", object, Errno.EINVAL, "with mapped owners each lower layer is a lowerdir+ of its own");
            }
        }
        if (places.isEmpty()) {
            throw new KernelException("mount", object, Errno.EINVAL, "no lower layer is given");
        }
        return places;
    }

    private static void cover(Path place, Fd namespace, String object) {
        try (Fd clone = NewMountApi.clone(place.toString(), 0, object)
                .orElseThrow(() -> new KernelException("open_tree", object, Errno.ENOSYS))) {
            NewMountApi.mapOwners(clone, namespace, 0, object);
            NewMountApi.attach(clone, place, object);
        }
    }

    private static KernelException tooOld(MountRequest request, Path target) {
        return new KernelException(
                "mount",
                request.type() + " on " + target,
                Errno.ENOSYS,
                "owners are mapped by mount_setattr, which needs Linux 5.12 and CAP_SYS_ADMIN");
    }
}
