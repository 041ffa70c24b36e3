package io.gantry.spi;

import java.util.List;
import java.util.Optional;

/**
 * Drivers that are found by name while the engine runs, such as those that are programs of their own behind a socket. Their names are not known when the plug-in is loaded, and they come and go.
 *
 * <p>A driver that a plug-in declares under its own name is preferred to a member of a family of that name. Both methods are called from any thread, often, and must not wait for
 * a member: they look at files, say, and leave talking to the member to the driver.
 *
 * @param <P> the provider of the kind: {@code NetworkDriverProvider}, {@code IpamProvider} or {@code VolumeDriverProvider}
 */
public interface DriverFamily<P extends DriverProvider<?, ?>> {
    /** The members that can be found now, sorted. */
    List<String> names();

    /**
     * A member.
     *
     * @param name a letter or digit, and up to 63 letters, digits, {@code -}, {@code _} and {@code .} more
     * @return empty if there is no such member now
     */
    Optional<P> find(String name);
}
