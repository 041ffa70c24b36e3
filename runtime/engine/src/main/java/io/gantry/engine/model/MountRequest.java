package io.gantry.engine.model;

/**
 * A mount that the user asked for with {@code --mount}.
 *
 * @param type {@code bind}, {@code volume} or {@code tmpfs}
 * @param source a path of the host or a volume's name; empty for an anonymous volume
 * @param target the path inside
 * @param readOnly whether writing is refused
 * @param consistency accepted and ignored
 * @param bindOptions for {@code bind}
 * @param volumeOptions for {@code volume}
 * @param tmpfsOptions for {@code tmpfs}
 */
public record MountRequest(
        String type,
        String source,
        String target,
        boolean readOnly,
        String consistency,
        BindOptions bindOptions,
        VolumeOptions volumeOptions,
        TmpfsOptions tmpfsOptions) {
    /** Puts zero values in place of what was not given. */
    public MountRequest {
        type = type == null ? "" : type;
        source = source == null ? "" : source;
        target = target == null ? "" : target;
        consistency = consistency == null ? "" : consistency;
        bindOptions = bindOptions == null ? BindOptions.NONE : bindOptions;
        volumeOptions = volumeOptions == null ? VolumeOptions.NONE : volumeOptions;
        tmpfsOptions = tmpfsOptions == null ? TmpfsOptions.NONE : tmpfsOptions;
    }
}
