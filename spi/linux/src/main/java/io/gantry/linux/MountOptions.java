package io.gantry.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The options of a {@link MountRequest}, sorted by where they belong: mount, superblock, propagation, kind of operation.
 * Attribute bits are those of {@code mount_setattr(2)}.
 */
final class MountOptions {
    static final long ATTR_RDONLY = 0x1;
    static final long ATTR_NOSUID = 0x2;
    static final long ATTR_NODEV = 0x4;
    static final long ATTR_NOEXEC = 0x8;
    static final long ATTR_ATIME = 0x70;
    static final long ATTR_NOATIME = 0x10;
    static final long ATTR_STRICTATIME = 0x20;
    static final long ATTR_NODIRATIME = 0x80;
    static final long ATTR_NOSYMFOLLOW = 0x200000;

    private static final Map<String, Attributes> ATTRIBUTES = Map.ofEntries(
            Map.entry("ro", Attributes.setting(ATTR_RDONLY)),
            Map.entry("rw", Attributes.clearing(ATTR_RDONLY)),
            Map.entry("nosuid", Attributes.setting(ATTR_NOSUID)),
            Map.entry("suid", Attributes.clearing(ATTR_NOSUID)),
            Map.entry("nodev", Attributes.setting(ATTR_NODEV)),
            Map.entry("dev", Attributes.clearing(ATTR_NODEV)),
            Map.entry("noexec", Attributes.setting(ATTR_NOEXEC)),
            Map.entry("exec", Attributes.clearing(ATTR_NOEXEC)),
            Map.entry("nodiratime", Attributes.setting(ATTR_NODIRATIME)),
            Map.entry("diratime", Attributes.clearing(ATTR_NODIRATIME)),
            Map.entry("nosymfollow", Attributes.setting(ATTR_NOSYMFOLLOW)),
            Map.entry("symfollow", Attributes.clearing(ATTR_NOSYMFOLLOW)),
            Map.entry("noatime", new Attributes(ATTR_NOATIME, ATTR_ATIME)),
            Map.entry("strictatime", new Attributes(ATTR_STRICTATIME, ATTR_ATIME)),
            Map.entry("relatime", Attributes.clearing(ATTR_ATIME)),
            Map.entry("atime", Attributes.clearing(ATTR_ATIME)),
            Map.entry("nostrictatime", Attributes.clearing(ATTR_ATIME)));

    private static final Map<String, Propagation> PROPAGATIONS = Map.of(
            "private", Propagation.PRIVATE,
            "shared", Propagation.SHARED,
            "slave", Propagation.SLAVE,
            "unbindable", Propagation.UNBINDABLE);

    private static final Set<String> FOR_TABLES_ONLY = Set.of(
            "defaults",
            "auto",
            "noauto",
            "user",
            "nouser",
            "users",
            "owner",
            "group",
            "_netdev",
            "nofail",
            "norelatime");

    /** Attributes to set and to clear. */
    record Attributes(long set, long clear) {
        static final Attributes NONE = new Attributes(0, 0);

        static Attributes setting(long bits) {
            return new Attributes(bits, 0);
        }

        static Attributes clearing(long bits) {
            return new Attributes(0, bits);
        }

        boolean isEmpty() {
            return set == 0 && clear == 0;
        }

        /** These, then others on top: the later wins. The access-time field is always cleared before it is set. */
        Attributes then(Attributes later) {
            long atime = (clear | later.clear) & ATTR_ATIME;
            return new Attributes((set & ~later.clear) | later.set, (clear & ~later.set) | later.clear | atime);
        }
    }

    /** A superblock parameter; without value it is a flag. */
    record Parameter(String key, Optional<String> value) {
        static Parameter of(String option) {
            int equals = option.indexOf('=');
            return equals < 0
                    ? new Parameter(option, Optional.empty())
                    : new Parameter(option.substring(0, equals), Optional.of(option.substring(equals + 1)));
        }
    }

    /** A change of propagation to make once mounted. */
    record PropagationChange(Propagation propagation, boolean recursive) {}

    private boolean bind;
    private boolean recursiveBind;
    private boolean remount;
    private Optional<String> idMap = Optional.empty();
    private Attributes attributes = Attributes.NONE;
    private Attributes recursiveAttributes = Attributes.NONE;
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<PropagationChange> propagations = new ArrayList<>();

    private MountOptions() {}

    static MountOptions parse(List<String> options) {
        MountOptions parsed = new MountOptions();
        options.forEach(parsed::add);
        return parsed;
    }

    boolean bind() {
        return bind;
    }

    boolean recursiveBind() {
        return recursiveBind;
    }

    boolean remount() {
        return remount;
    }

    /** How owners are mapped, as {@link IdMap} or the file of a user namespace. */
    Optional<String> idMap() {
        return idMap;
    }

    /** For the mount alone. */
    Attributes attributes() {
        return attributes;
    }

    /** For the mount and all beneath it. */
    Attributes recursiveAttributes() {
        return recursiveAttributes;
    }

    /** For the superblock, in order; {@code ro} and {@code rw} are among them as well as among the attributes. */
    List<Parameter> parameters() {
        return parameters;
    }

    List<PropagationChange> propagations() {
        return propagations;
    }

    private void add(String option) {
        if (option.startsWith(IdMap.OPTION + "=")) {
            idMap = Optional.of(option.substring(IdMap.OPTION.length() + 1));
            return;
        }
        if (option.isEmpty()
                || FOR_TABLES_ONLY.contains(option)
                || option.startsWith("x-")
                || option.startsWith("X-")) {
            return;
        }
        switch (option) {
            case "bind" -> bind = true;
            case "rbind" -> {
                bind = true;
                recursiveBind = true;
            }
            case "remount" -> remount = true;
            default -> addForMount(option);
        }
    }

    private void addForMount(String option) {
        String inner = option.substring(1);
        if (ATTRIBUTES.containsKey(option)) {
            attributes = attributes.then(ATTRIBUTES.get(option));
            if (option.equals("ro") || option.equals("rw")) {
                parameters.add(Parameter.of(option));
            }
        } else if (PROPAGATIONS.containsKey(option)) {
            propagations.add(new PropagationChange(PROPAGATIONS.get(option), false));
        } else if (option.charAt(0) == 'r' && PROPAGATIONS.containsKey(inner)) {
            propagations.add(new PropagationChange(PROPAGATIONS.get(inner), true));
        } else if (option.charAt(0) == 'r' && ATTRIBUTES.containsKey(inner)) {
            recursiveAttributes = recursiveAttributes.then(ATTRIBUTES.get(inner));
        } else {
            parameters.add(Parameter.of(option));
        }
    }
}
