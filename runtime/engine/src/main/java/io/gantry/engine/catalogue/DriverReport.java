package io.gantry.engine.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Feature;
import io.gantry.spi.OptionSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One row of {@code gantry drivers ls}, with the details of {@code gantry drivers inspect}. As JSON its keys begin with capitals, as Docker's do. What is not known is empty.
 *
 * @param kind {@code storage}, {@code network}, {@code ipam}, {@code volume} or {@code firewall}
 * @param name the driver's name
 * @param source the JAR or folder it comes from
 * @param apiVersion {@code major.minor}
 * @param status {@code supported}, {@code unsupported} or {@code broken}
 * @param reason why it is not supported, one sentence
 * @param remedy what to do about it
 * @param priority the highest supported one is the default
 * @param isDefault whether it is the engine's default for its kind
 * @param features what the driver decided to use here
 * @param options what it understands
 * @param description one line
 */
public record DriverReport(
        String kind,
        String name,
        String source,
        String apiVersion,
        String status,
        String reason,
        String remedy,
        int priority,
        @JsonProperty("Default") boolean isDefault,
        List<FeatureRow> features,
        List<OptionRow> options,
        String description) {
    /** By kind, then by descending priority, then by name; rows without a kind last. */
    static final Comparator<DriverReport> ORDER = Comparator.comparing(DriverReport::kindOrder)
            .thenComparing(Comparator.comparingInt(DriverReport::priority).reversed())
            .thenComparing(DriverReport::name)
            .thenComparing(DriverReport::source);

    /** Copies the lists. */
    public DriverReport {
        features = List.copyOf(features);
        options = List.copyOf(options);
    }

    static DriverReport of(CatalogueEntry entry, boolean isDefault, ProbeAnswer answer) {
        if (answer instanceof ProbeAnswer.Works works) {
            return row(entry, isDefault, "supported", "", "", works.features());
        }
        if (answer instanceof ProbeAnswer.WorksNot not) {
            return row(entry, isDefault, "unsupported", not.reason(), not.remedy(), List.of());
        }
        ProbeAnswer.Fails fails = (ProbeAnswer.Fails) answer;
        return row(entry, isDefault, "broken", fails.reason(), fails.remedy(), List.of());
    }

    static DriverReport of(CatalogueEntry entry, EntryStatus.Broken broken) {
        return row(entry, false, "broken", broken.detail(), broken.remedy(), List.of());
    }

    private static DriverReport row(
            CatalogueEntry entry,
            boolean isDefault,
            String status,
            String reason,
            String remedy,
            List<Feature> features) {
        return new DriverReport(
                entry.kind().map(DriverKind::label).orElse(""),
                entry.name().orElse(""),
                entry.source().toString(),
                entry.apiVersion().map(ApiVersion::toString).orElse(""),
                status,
                reason,
                remedy,
                entry.priority(),
                isDefault,
                features.stream().map(FeatureRow::of).toList(),
                entry.options().stream().map(OptionRow::of).toList(),
                entry.description());
    }

    private int kindOrder() {
        List<String> labels =
                Stream.of(DriverKind.values()).map(DriverKind::label).toList();
        return kind.isEmpty() ? labels.size() : labels.indexOf(kind);
    }

    /** A {@link Feature}. */
    public record FeatureRow(String name, boolean enabled, String reason) {
        static FeatureRow of(Feature feature) {
            return new FeatureRow(feature.name(), feature.enabled(), feature.reason());
        }
    }

    /** An {@link OptionSpec}. */
    public record OptionRow(
            String key,
            String type,
            String scope,
            @JsonProperty("Default") String defaultValue,
            String doc) {
        static OptionRow of(OptionSpec spec) {
            return new OptionRow(
                    spec.key(),
                    spec.type().name().toLowerCase(Locale.ROOT),
                    spec.scope().name().toLowerCase(Locale.ROOT),
                    spec.defaultValue().orElse(""),
                    spec.doc());
        }
    }
}
