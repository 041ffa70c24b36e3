package io.gantry.spi.storage.support;

import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.IdMapping;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.MountSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * {@link IdMapper} for drivers whose mounts take {@link IdMapper#OPTION} as they are. Whether they do here is tried when it is first asked, once. Thread-safe.
 */
public final class MappedMounts implements IdMapper {
    private final Function<LayerId, List<MountSpec>> mounts;
    private final Supplier<Optional<String>> trial;
    private boolean tried;
    private Optional<String> obstacle = Optional.empty();

    /**
     * @param mounts {@link io.gantry.spi.storage.StorageDriver#mounts}
     * @param trial why they cannot be made with mapped owners, empty if they can
     */
    public MappedMounts(Function<LayerId, List<MountSpec>> mounts, Supplier<Optional<String>> trial) {
        this.mounts = mounts;
        this.trial = trial;
    }

    /** This, where it works. */
    public Optional<IdMapper> asCapability() {
        return obstacle().isEmpty() ? Optional.of(this) : Optional.empty();
    }

    /** A row for {@code docker info}. */
    public StatusRow row() {
        return new StatusRow(
                "Supports idmapped layers",
                obstacle().map(why -> "false (" + why + ")").orElse("true"));
    }

    @Override
    public List<MountSpec> mounts(LayerId id, IdMapping mapping) {
        return mounts.apply(id).stream()
                .map(spec -> with(spec, mapping.asOption()))
                .toList();
    }

    private synchronized Optional<String> obstacle() {
        if (!tried) {
            obstacle = trial.get();
            tried = true;
        }
        return obstacle;
    }

    private static MountSpec with(MountSpec spec, String option) {
        List<String> options = new ArrayList<>(spec.options());
        options.add(option);
        return new MountSpec(spec.type(), spec.source(), options, spec.target());
    }
}
