package io.gantry.spi;

import java.util.List;
import java.util.Optional;

/**
 * What all providers have in common. A provider is a cheap value with a public no-argument constructor: making one must not touch the system, start threads or load
 * native code. The engine calls {@link #name}, {@link #apiVersion}, {@link #options} and {@link #priority} once, when the plug-in is found, then {@link #probe}
 * whenever it wants to know whether the driver can work, and {@link #open} at most once per root at a time.
 *
 * <p>Providers may be called from any thread, by several at once.
 *
 * @param <C> what the engine hands to the driver
 * @param <D> the driver
 */
public interface DriverProvider<C extends DriverContext, D> {
    /** The name users select the driver by: lower-case letters, digits, {@code -}, {@code _} and {@code .}, at most 64. */
    String name();

    /** The version of the SPI that the provider was compiled against, as a rule {@link ApiVersion#CURRENT} inlined by hand: {@code new ApiVersion(1, 0)}. */
    ApiVersion apiVersion();

    /** One line for {@code gantry drivers ls}. */
    String description();

    /** Which driver is the default where the user names none: the highest priority whose probe says supported. Negative: never by default. */
    default int priority() {
        return 0;
    }

    /** Every option the driver understands. The engine refuses all others and names these. */
    default List<OptionSpec> options() {
        return List.of();
    }

    /**
     * Further drivers of the same kind, found by name while the engine runs. A provider with a family is no driver itself: its {@link #probe} tells whether the family works, {@link #open}
     * is never called.
     */
    default Optional<DriverFamily<? extends DriverProvider<C, D>>> family() {
        return Optional.empty();
    }

    /**
     * Finds out, by trying rather than by guessing from a version, whether the driver works on this machine and with these options. Leaves nothing behind and changes nothing.
     * May throw a {@link DriverException}, which counts as unsupported.
     */
    Probe probe(C context);

    /**
     * Opens the driver.
     *
     * @throws DriverException if that fails; nothing stays open then
     */
    D open(C context);
}
