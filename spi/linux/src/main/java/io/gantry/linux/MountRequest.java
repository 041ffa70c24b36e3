package io.gantry.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A mount as {@code fstab(5)} would write it, each option an element of its own.
 *
 * <p>{@code X-mount.idmap=u:INSIDE:OUTSIDE:COUNT g:INSIDE:OUTSIDE:COUNT …}, as {@code mount(8)} has it, shows owners on disk as
 * others; on overlay it holds for each layer. Without it nothing is mapped, and where it cannot be done nothing is mounted.
 *
 * <p>Options known to every file system: {@code ro rw nosuid suid nodev dev noexec exec noatime atime relatime
 * strictatime nodiratime diratime nosymfollow symfollow sync async dirsync lazytime nolazytime silent}; {@code bind},
 * {@code rbind}, {@code remount}; {@code [r]private [r]shared [r]slave [r]unbindable}; {@code rro rrw rnosuid rnodev
 * rnoexec} with {@code rbind}, which reach mounts beneath too. Options meant for mount tables only ({@code defaults},
 * {@code noauto}, {@code _netdev}, {@code x-…}, …) are ignored. All else goes to the file system: {@code key=value} or a bare
 * {@code flag}. Overlay's layers are given topmost first, each as {@code lowerdir+=/path}, with no escapes.
 *
 * @param type the file system, such as {@code overlay}; ignored for bind mounts
 * @param source device, directory to bind, or a name to show; may be empty
 * @param options in order; where two contradict, the later wins
 */
public record MountRequest(String type, String source, List<String> options) {
    public MountRequest {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(source, "source");
        options = List.copyOf(options);
    }

    /** A bind mount of {@code source} with further options. */
    public static MountRequest bind(String source, List<String> options) {
        List<String> all = new ArrayList<>(List.of("bind"));
        all.addAll(options);
        return new MountRequest("none", source, all);
    }
}
