package io.gantry.engine.catalogue;

/**
 * The source of a provider, with the bodies that a test cares about.
 *
 * @param kind what it provides
 * @param className its full name
 * @param constructor statements
 * @param name an expression
 * @param version an expression
 * @param description an expression
 * @param priority an expression
 * @param probe an expression
 * @param open an expression
 */
record ProviderSource(
        DriverKind kind,
        String className,
        String constructor,
        String name,
        String version,
        String description,
        String priority,
        String probe,
        String open) {
    /** A provider without fault. */
    static ProviderSource of(DriverKind kind, String className, String name) {
        return new ProviderSource(
                kind,
                className,
                "",
                '"' + name + '"',
                "new io.gantry.spi.ApiVersion(1, 0)",
                "\"a driver of a test\"",
                "0",
                "io.gantry.spi.Probe.supported()",
                "null");
    }

    static ProviderSource storage(String className, String name) {
        return of(DriverKind.STORAGE, className, name);
    }

    ProviderSource withConstructor(String statements) {
        return new ProviderSource(kind, className, statements, name, version, description, priority, probe, open);
    }

    ProviderSource withName(String expression) {
        return new ProviderSource(
                kind, className, constructor, expression, version, description, priority, probe, open);
    }

    ProviderSource withVersion(String expression) {
        return new ProviderSource(kind, className, constructor, name, expression, description, priority, probe, open);
    }

    ProviderSource withDescription(String expression) {
        return new ProviderSource(kind, className, constructor, name, version, expression, priority, probe, open);
    }

    ProviderSource withPriority(int value) {
        return new ProviderSource(
                kind, className, constructor, name, version, description, Integer.toString(value), probe, open);
    }

    ProviderSource withProbe(String expression) {
        return new ProviderSource(kind, className, constructor, name, version, description, priority, expression, open);
    }

    ProviderSource withOpen(String expression) {
        return new ProviderSource(
                kind, className, constructor, name, version, description, priority, probe, expression);
    }

    String text() {
        int dot = className.lastIndexOf('.');
        String simple = className.substring(dot + 1);
        return """
                package %s;
                import io.gantry.spi.*;
                import java.util.*;
                public class %s implements %s {
                    public %s() { %s }
                    public String name() { return %s; }
                    public ApiVersion apiVersion() { return %s; }
                    public String description() { return %s; }
                    public int priority() { return %s; }
                    public List<OptionSpec> options() {
                        return List.of(OptionSpec.of("size", OptionSpec.Type.SIZE, OptionSpec.Scope.OBJECT, "1g", "a limit"));
                    }
                    public Probe probe(%s context) { return %s; }
                    public %s open(%s context) { return %s; }
                    %s
                }
                """.formatted(
                        className.substring(0, dot),
                        simple,
                        kind.providerType().getName(),
                        simple,
                        constructor,
                        name,
                        version,
                        description,
                        priority,
                        contextType(),
                        probe,
                        kind.driverType().getName(),
                        contextType(),
                        open,
                        kind == DriverKind.NETWORK
                                ? "public io.gantry.spi.network.NetworkTraits traits() { return null; }"
                                : "");
    }

    private String contextType() {
        return switch (kind) {
            case STORAGE -> "io.gantry.spi.storage.StorageContext";
            case NETWORK -> "io.gantry.spi.network.NetworkContext";
            case FIREWALL -> "io.gantry.spi.firewall.FirewallContext";
            case IPAM, VOLUME -> "io.gantry.spi.DriverContext";
        };
    }
}
