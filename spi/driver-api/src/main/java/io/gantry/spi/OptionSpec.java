package io.gantry.spi;

import java.util.Objects;
import java.util.Optional;

/**
 * One option that a driver understands.
 *
 * @param key as the user writes it, such as {@code overlay2.size} or {@code com.docker.network.bridge.name}
 * @param type what the value must look like; the engine checks it
 * @param scope where the option may be given
 * @param defaultValue what holds if the user says nothing, as the user would write it
 * @param doc one sentence: meaning, unit, and what it costs
 */
public record OptionSpec(String key, Type type, Scope scope, Optional<String> defaultValue, String doc) {
    /** The key that stands for every key that no other spec of the scope names. */
    public static final String ANY = "*";

    /** What a value must look like. */
    public enum Type {
        /** Any text. */
        STRING,
        /** {@code true}, {@code false}, {@code 1} or {@code 0}. */
        BOOLEAN,
        /** A whole number, negative ones included. */
        INTEGER,
        /** Bytes: a number with an optional unit of {@code b k m g t p}, in powers of 1024, as in {@code 10g}. */
        SIZE,
        /** An absolute path. */
        PATH,
        /** An IPv4 or IPv6 address. */
        ADDRESS
    }

    /** Where an option may be given. */
    public enum Scope {
        /** To the daemon, for every use of the driver. */
        DAEMON,
        /** To one layer ({@code --storage-opt} of a container), one network ({@code network create -o}) or one volume. */
        OBJECT,
        /** To one endpoint ({@code --network name=...,driver-opt=...}). */
        ENDPOINT
    }

    /** Refuses nulls and empty keys. */
    public OptionSpec {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(defaultValue, "defaultValue");
        Objects.requireNonNull(doc, "doc");
        if (key.isBlank()) {
            throw new IllegalArgumentException("an option has a key");
        }
    }

    /** Whatever else is given, of any key: for a driver that cannot know its options beforehand. {@link Options#given} has them. */
    public static OptionSpec any(Scope scope, String doc) {
        return of(ANY, Type.STRING, scope, doc);
    }

    /** An option without a default. */
    public static OptionSpec of(String key, Type type, Scope scope, String doc) {
        return new OptionSpec(key, type, scope, Optional.empty(), doc);
    }

    /** An option with a default. */
    public static OptionSpec of(String key, Type type, Scope scope, String defaultValue, String doc) {
        return new OptionSpec(key, type, scope, Optional.of(defaultValue), doc);
    }
}
