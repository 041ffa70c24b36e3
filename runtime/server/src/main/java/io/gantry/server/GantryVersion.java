package io.gantry.server;

import java.util.Optional;

/**
 * What this engine is called by its clients.
 *
 * @param number of this engine, from its JAR
 */
public record GantryVersion(String number) {
    /** The Docker Engine whose API is spoken. Clients compare numbers, so this is what {@code /version} leads with. */
    private static final String COMPATIBLE = "27.0.0";

    /** Of this build. */
    public static GantryVersion current() {
        return new GantryVersion(
                Optional.ofNullable(GantryVersion.class.getPackage().getImplementationVersion())
                        .orElse("development"));
    }

    /** As a Docker Engine's version: {@code 27.0.0+gantry.0.1.0}. */
    public String engine() {
        return COMPATIBLE + "+gantry." + number;
    }
}
