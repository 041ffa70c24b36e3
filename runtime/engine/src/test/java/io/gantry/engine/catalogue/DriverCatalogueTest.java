package io.gantry.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.model.ModelJson;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.StorageDriverProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding, naming, choosing and listing drivers. */
class DriverCatalogueTest {
    private static final String NO =
            "Probe.unsupported(Probe.Reason.MISSING_KERNEL_FEATURE, \"no such thing\", \"get one\")";

    @TempDir
    Path directory;

    @Test
    void oneJarMayProvideAllKinds() throws IOException {
        PluginJar jar = new PluginJar();
        for (DriverKind kind : DriverKind.values()) {
            jar.provider(ProviderSource.of(kind, "all." + kind.name(), "one"));
        }
        jar.write(directory.resolve("all.jar"));

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.entries())
                    .extracting(entry -> entry.kind().orElseThrow())
                    .containsExactlyInAnyOrder(DriverKind.values());
            assertThat(catalogue.storage("one").name()).isEqualTo("one");
            assertThat(catalogue.network("one").name()).isEqualTo("one");
            assertThat(catalogue.ipam("one").name()).isEqualTo("one");
            assertThat(catalogue.volume("one").name()).isEqualTo("one");
            assertThat(catalogue.firewall("one").name()).isEqualTo("one");
        }
    }

    @Test
    void otherFilesAreIgnored() throws IOException {
        Files.writeString(directory.resolve("README.md"), "text");
        Files.writeString(directory.resolve(".hidden.jar"), "an editor's copy");

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.entries()).isEmpty();
        }
    }

    @Test
    void ofTwoDriversWithOneNameTheFirstOnThePathCounts(@TempDir Path second) throws IOException {
        Path first = write(ProviderSource.storage("p.Provider", "same"), "z.jar");
        Path later = new PluginJar()
                .provider(ProviderSource.storage("p.Provider", "same"))
                .write(second.resolve("a.jar"));

        try (DriverCatalogue catalogue = DriverCatalogue.load(PluginPath.of(List.of(directory, second)))) {
            assertThat(catalogue.names(DriverKind.STORAGE)).containsExactly("same");
            CatalogueEntry refused = catalogue.entries().get(1);
            assertThat(refused.source()).isEqualTo(later);
            assertThat(refused.name()).contains("same");
            assertThat(refused.status()).isInstanceOfSatisfying(EntryStatus.Broken.class, why -> {
                assertThat(why.reason()).isEqualTo(EntryStatus.Reason.DUPLICATE_NAME);
                assertThat(why.detail()).contains(first.toString(), later.toString());
            });
        }
    }

    @Test
    void driversOfDifferentKindsMayShareAName() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("p.Layers", "overlay"))
                .provider(ProviderSource.of(DriverKind.NETWORK, "p.Net", "overlay"))
                .write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.entries()).allMatch(CatalogueEntry::isLoaded).hasSize(2);
        }
    }

    @Test
    void membersOfAFamilyAreDriversOfTheirOwnNames() throws IOException {
        String text = ProviderSource.of(DriverKind.VOLUME, "f.Family", "family")
                .withPriority(-1)
                .text();
        int end = text.lastIndexOf('}');
        new PluginJar()
                .service(DriverKind.VOLUME, "f.Family")
                .source("f.Family", text.substring(0, end) + """
                        public Optional<DriverFamily<? extends DriverProvider<DriverContext, io.gantry.spi.volume.VolumeDriver>>> family() {
                            return Optional.of(new DriverFamily<io.gantry.spi.volume.VolumeDriverProvider>() {
                                public List<String> names() { return List.of("Remote", "local"); }
                                public Optional<io.gantry.spi.volume.VolumeDriverProvider> find(String name) {
                                    return names().contains(name) ? Optional.of(new Member(name)) : Optional.empty();
                                }
                            });
                        }
                    }
                    """)
                .source(
                        "f.Member",
                        ProviderSource.of(DriverKind.VOLUME, "f.Member", "x")
                                .withName("name")
                                .text()
                                .replace("public Member()", "private final String name; public Member(String name)")
                                .replace("{  }", "{ this.name = name; }"))
                .write(directory.resolve("family.jar"));
        write(ProviderSource.of(DriverKind.VOLUME, "l.Local", "local"), "local.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.entries()).allMatch(CatalogueEntry::isLoaded).hasSize(2);
            assertThat(catalogue.names(DriverKind.VOLUME)).containsExactly("Remote", "local");
            assertThat(catalogue.volume("Remote").name()).isEqualTo("Remote");
            assertThat(catalogue.volume("local").toString()).contains("local.jar");
            assertThatThrownBy(() -> catalogue.volume("other")).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> catalogue.volume("../Remote")).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> catalogue.network("Remote")).isInstanceOf(NotFoundException.class);
            assertThat(catalogue.report(ProbeContexts.in(directory), Map.of()))
                    .extracting(DriverReport::name)
                    .containsExactlyInAnyOrder("Remote", "family", "local");
        }
    }

    @Test
    void anAbsentDirectoryIsReportedIfTheUserNamedIt() throws IOException {
        Path absent = directory.resolve("absent");

        try (DriverCatalogue named = DriverCatalogue.load(PluginPath.of(List.of(absent)));
                DriverCatalogue standard =
                        DriverCatalogue.load(PluginPath.of(List.of(Path.of("/etc/gantry/drivers"))))) {
            assertThat(named.entries())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.source()).isEqualTo(absent));
            assertThat(standard.entries())
                    .filteredOn(entry -> entry.status() instanceof EntryStatus.Broken)
                    .isEmpty();
        }
    }

    @Test
    void theStandardPathHasTheDistributionFirst() {
        assertThat(PluginPath.standard(Optional.of(Path.of("/opt/gantry/drivers")))
                        .paths())
                .containsExactly(
                        Path.of("/opt/gantry/drivers"),
                        Path.of("/usr/lib/gantry/drivers"),
                        Path.of("/etc/gantry/drivers"));
    }

    @Test
    void anUnknownNameIsAnErrorThatListsTheKnownOnes() throws IOException {
        write(ProviderSource.storage("a.Provider", "alpha"), "a.jar");
        write(ProviderSource.storage("b.Provider", "beta"), "b.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.storage("gamma"))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessage("cannot find storage driver gamma: no plug-in in " + directory
                            + " provides it (the known ones are alpha, beta)");
        }
    }

    @Test
    void aDriverOfDockersWhosePluginIsAbsentIsExplained() throws IOException {
        write(ProviderSource.storage("a.Provider", "alpha"), "a.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.storage("btrfs"))
                    .hasMessageContainingAll("gantry-storage-btrfs is missing", "alpha");
            assertThatThrownBy(() -> catalogue.network("macvlan"))
                    .hasMessageContainingAll("gantry-network-macvlan is missing", "no network driver is there at all");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"aufs", "fuse-overlayfs"})
    void aDriverThatNobodyHasAnyMoreIsExplainedWithTheWayOutForItsImages(String name) throws IOException {
        write(ProviderSource.storage("a.Provider", "alpha"), "a.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.storage(name))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageStartingWith("cannot find storage driver " + name + ": ")
                    .hasMessageContainingAll(
                            "docker save -o images.tar",
                            "gantry load -i images.tar",
                            "registry",
                            "overlay2",
                            "the known ones are alpha");
        }
    }

    @Test
    void aufsIsRefusedInDockersWords() throws IOException {
        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.storage("aufs"))
                    .hasMessageContaining("the aufs storage-driver has been deprecated and removed");
        }
    }

    @ParameterizedTest
    @CsvSource({"overlayfs, overlay2", "native, vfs", "devmapper, devicemapper"})
    void aNameOfContainerdsLeadsToDockers(String name, String dockers) throws IOException {
        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.storage(name))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("it is what containerd calls " + dockers);
        }
    }

    @Test
    void aDriverWhosePluginIsBrokenIsExplainedByThat() throws IOException {
        Files.writeString(directory.resolve("acme-copydir-1.0.jar"), "not a JAR");
        write(ProviderSource.storage("a.Provider", "alpha"), "a.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.storage("copydir"))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContainingAll(
                            "its plug-in is broken", "acme-copydir-1.0.jar", "the known ones are alpha");
        }
    }

    @Test
    void theDefaultIsTheWorkingDriverOfHighestPriority() throws IOException {
        write(ProviderSource.storage("a.Provider", "best").withPriority(100).withProbe(NO), "a.jar");
        write(
                ProviderSource.storage("b.Provider", "throws")
                        .withPriority(90)
                        .withProbe("Probe.supported((Feature) null)"),
                "b.jar");
        write(ProviderSource.storage("c.Provider", "good").withPriority(50), "c.jar");
        write(ProviderSource.storage("d.Provider", "spare").withPriority(10), "d.jar");
        write(ProviderSource.storage("e.Provider", "never").withPriority(-1), "e.jar");

        try (DriverCatalogue catalogue = load()) {
            Choice<StorageDriverProvider> choice = catalogue.defaultStorage(ProbeContexts.in(directory)::storage);
            assertThat(choice.provider().name()).isEqualTo("good");
            assertThat(choice.considered())
                    .extracting(Choice.Considered::name)
                    .containsExactly("best", "throws", "good", "spare", "never");
            assertThat(choice.considered())
                    .extracting(Choice.Considered::verdict)
                    .containsExactly(
                            Choice.Verdict.UNSUPPORTED,
                            Choice.Verdict.BROKEN,
                            Choice.Verdict.CHOSEN,
                            Choice.Verdict.PASSED_OVER,
                            Choice.Verdict.PASSED_OVER);
            assertThat(choice.reasons()).contains("no such thing (get one)", "as good works", "asked for by name");
        }
    }

    @Test
    void whereNoDriverWorksTheErrorHasTheReasonOfEach() throws IOException {
        write(ProviderSource.storage("a.Provider", "best").withProbe(NO), "a.jar");
        write(ProviderSource.storage("b.Provider", "never").withPriority(-1), "b.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.defaultStorage(ProbeContexts.in(directory)::storage))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContainingAll("choose a storage driver", "best", "no such thing", "never");
        }
    }

    @Test
    void whereThereIsNoDriverTheErrorNamesThePath() throws IOException {
        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.defaultStorage(ProbeContexts.in(directory)::storage))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("no plug-in in " + directory);
        }
    }

    @Test
    void aWrongOptionIsNotPassedOverInSilence() throws IOException {
        write(ProviderSource.storage("a.Provider", "misconfigured"), "a.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThatThrownBy(() -> catalogue.defaultStorage(ProbeContexts.in(directory)::storage))
                    .isInstanceOf(InvalidArgumentException.class);
        }
    }

    @Test
    void theReportTellsEverythingAsJson() throws IOException {
        write(
                ProviderSource.storage("a.Provider", "works")
                        .withPriority(5)
                        .withProbe("Probe.supported(new Feature(\"metacopy\", false, \"off in the kernel\"))"),
                "a.jar");
        write(ProviderSource.storage("b.Provider", "not").withPriority(9).withProbe(NO), "b.jar");
        write(ProviderSource.storage("c.Provider", "misconfigured"), "c.jar");
        write(ProviderSource.of(DriverKind.IPAM, "d.Provider", "throws").withProbe("(Probe) (Object) name()"), "d.jar");
        Files.writeString(directory.resolve("e.jar"), "not a JAR");

        try (DriverCatalogue catalogue = load()) {
            List<DriverReport> rows =
                    catalogue.report(ProbeContexts.in(directory), Map.of(DriverKind.STORAGE, "works"));
            assertThat(rows)
                    .extracting(DriverReport::name)
                    .containsExactly("not", "works", "misconfigured", "throws", "");
            assertThat(rows)
                    .extracting(DriverReport::status)
                    .containsExactly("unsupported", "supported", "unsupported", "broken", "broken");
            assertThat(rows)
                    .filteredOn(DriverReport::isDefault)
                    .extracting(DriverReport::name)
                    .containsExactly("works");
            assertThat(rows)
                    .filteredOn(row -> !row.status().equals("supported"))
                    .allSatisfy(row -> {
                        assertThat(row.reason()).isNotBlank();
                        assertThat(row.remedy()).isNotBlank();
                    });
            assertThat(ModelJson.mapper().writeValueAsString(rows.get(1)))
                    .isEqualTo("{\"Kind\":\"storage\",\"Name\":\"works\",\"Source\":\"" + directory.resolve("a.jar")
                            + "\",\"ApiVersion\":\"1.0\",\"Status\":\"supported\",\"Reason\":\"\",\"Remedy\":\"\","
                            + "\"Priority\":5,\"Default\":true,\"Features\":[{\"Name\":\"metacopy\",\"Enabled\":false,"
                            + "\"Reason\":\"off in the kernel\"}],\"Options\":[{\"Key\":\"size\",\"Type\":\"size\","
                            + "\"Scope\":\"object\",\"Default\":\"1g\",\"Doc\":\"a limit\"}],"
                            + "\"Description\":\"a driver of a test\"}");
        }
    }

    @Test
    void listingDoesNotProbe() throws IOException {
        Path trace = directory.resolve("trace");
        write(
                ProviderSource.storage("a.Provider", "a")
                        .withProbe("new java.io.File(\"" + trace + "\").mkdir() ? null : null"),
                "a.jar");

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.entries()).hasSize(1);
            assertThat(catalogue.storage("a").name()).isEqualTo("a");
        }
        assertThat(trace).doesNotExist();
    }

    private Path write(ProviderSource provider, String file) throws IOException {
        return new PluginJar().provider(provider).write(directory.resolve(file));
    }

    private DriverCatalogue load() throws IOException {
        return DriverCatalogue.load(PluginPath.of(List.of(directory)));
    }
}
