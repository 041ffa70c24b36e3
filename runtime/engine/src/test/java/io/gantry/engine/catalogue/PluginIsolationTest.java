package io.gantry.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.Probe;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.QuotaController;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plug-in sees and what it does not. */
class PluginIsolationTest {
    private static final String WHO_CALLS = "Thread.currentThread().getContextClassLoader().getName()";

    @TempDir
    Path directory;

    @Test
    void twoPluginsHaveTheirOwnVersionOfALibrary() throws IOException {
        for (String version : List.of("one", "two")) {
            new PluginJar()
                    .source(
                            "lib.Library",
                            "package lib; public class Library { public static String version() { return \"" + version
                                    + "\"; } }")
                    .provider(ProviderSource.storage("p.Provider", version).withDescription("lib.Library.version()"))
                    .write(directory.resolve(version + ".jar"));
        }

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.storage("one").description()).isEqualTo("one");
            assertThat(catalogue.storage("two").description()).isEqualTo("two");
        }
    }

    @Test
    void aPluginsCopyOfOneOfTheEnginesLibrariesIsTheOneItGets() throws IOException {
        new PluginJar()
                .source(
                        "com.fasterxml.jackson.databind.ObjectMapper",
                        "package com.fasterxml.jackson.databind; public class ObjectMapper { public static String own() { return \"own\"; } }")
                .provider(ProviderSource.storage("p.Provider", "p")
                        .withDescription("com.fasterxml.jackson.databind.ObjectMapper.own()"))
                .write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.storage("p").description()).isEqualTo("own");
        }
    }

    @Test
    void kernelAccessAndLoggingComeFromTheEngine() throws IOException {
        new PluginJar()
                .provider(
                        ProviderSource.storage("p.Provider", "p")
                                .withDescription(
                                        "(io.gantry.linux.Errno.class.getClassLoader() == Probe.class.getClassLoader())"
                                                + " + \" \" + (org.slf4j.Logger.class.getClassLoader() == Probe.class.getClassLoader())"
                                                + " + \" \" + (jnr.ffi.Pointer.class.getClassLoader() == Probe.class.getClassLoader())"))
                .write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.storage("p").description()).isEqualTo("true true true");
        }
    }

    @Test
    void aPartOfASharedLibraryThatTheEngineLacksMayBeBrought() throws IOException {
        new PluginJar()
                .source(
                        "jnr.extra.Part",
                        "package jnr.extra; public class Part { public static String own() { return \"own\"; } }")
                .provider(ProviderSource.storage("p.Provider", "p").withDescription("jnr.extra.Part.own()"))
                .write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.storage("p").description()).isEqualTo("own");
        }
    }

    @Test
    void theJarsOfAFolderAreOnePlugin() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("folder"));
        new PluginJar()
                .source(
                        "lib.Library",
                        "package lib; public class Library { public static String word() { return \"from lib.jar\"; } }")
                .write(folder.resolve("lib.jar"));
        new PluginJar()
                .source(
                        "lib.Library",
                        "package lib; public class Library { public static String word() { return \"\"; } }")
                .without("lib.Library")
                .provider(ProviderSource.storage("p.Provider", "p").withDescription("lib.Library.word()"))
                .write(folder.resolve("driver.jar"));
        Files.writeString(folder.resolve("README"), "ignored");

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.entries()).singleElement().satisfies(entry -> {
                assertThat(entry.source()).isEqualTo(folder);
                assertThat(entry.description()).isEqualTo("from lib.jar");
            });
        }
    }

    @Test
    void everyCallRunsWithThePluginsContextLoader() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("p.Provider", "p")
                        .withDescription(WHO_CALLS)
                        .withProbe("Probe.supported(new Feature(" + WHO_CALLS + ", true, \"\"))")
                        .withOpen(driver("""
                                switch (m.getName()) {
                                    case "status": return List.of(new StatusRow("loader", %1$s));
                                    case "capability": return Optional.of(java.lang.reflect.Proxy.newProxyInstance(
                                        Provider.class.getClassLoader(), new Class<?>[] {(Class<?>) a[0]},
                                        (p2, m2, a2) -> Optional.of((long) %1$s.length())));
                                    default: return null;
                                }
                                """.formatted(WHO_CALLS))))
                .write(directory.resolve("p.jar"));
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        try (DriverCatalogue catalogue = load()) {
            StorageDriverProvider provider = catalogue.storage("p");
            assertThat(provider.description()).isEqualTo("p.jar");
            assertThat(provider.probe(ProbeContexts.in(directory).storage(provider)))
                    .isInstanceOfSatisfying(
                            Probe.Supported.class,
                            probe -> assertThat(probe.features().get(0).name()).isEqualTo("p.jar"));
            try (StorageDriver driver =
                    provider.open(ProbeContexts.in(directory).storage(provider))) {
                assertThat(driver.status().get(0).value()).isEqualTo("p.jar");
                assertThat(driver.capability(QuotaController.class)
                                .orElseThrow()
                                .limit(null))
                        .contains((long) "p.jar".length());
            }
        }
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void aLinkageErrorInADriverCallBecomesAnErrorThatNamesThePlugin() throws IOException {
        new PluginJar()
                .source(
                        "lib.Helper",
                        "package lib; public class Helper { public static Object word() { return null; } }")
                .without("lib.Helper")
                .provider(ProviderSource.storage("p.Provider", "p").withOpen(driver("return lib.Helper.word();")))
                .write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            StorageDriverProvider provider = catalogue.storage("p");
            StorageDriver driver = provider.open(ProbeContexts.in(directory).storage(provider));
            assertThatThrownBy(driver::layers)
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContainingAll(
                            "storage driver p", directory.resolve("p.jar").toString(), "lib/Helper");
        }
    }

    @Test
    void anOpenThatReturnsNothingIsAnError() throws IOException {
        new PluginJar().provider(ProviderSource.storage("p.Provider", "p")).write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            StorageDriverProvider provider = catalogue.storage("p");
            assertThatThrownBy(() -> provider.open(ProbeContexts.in(directory).storage(provider)))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("open returned null");
        }
    }

    @Test
    void whatAProviderSaidOfItselfHoldsFromThenOn() throws IOException {
        new PluginJar()
                .source("p.Counter", "package p; public class Counter { public static int n; }")
                .provider(ProviderSource.storage("p.Provider", "p").withName("\"p\" + p.Counter.n++"))
                .write(directory.resolve("p.jar"));

        try (DriverCatalogue catalogue = load()) {
            assertThat(catalogue.storage("p0").name()).isEqualTo("p0");
            assertThat(catalogue.storage("p0").name()).isEqualTo("p0");
        }
    }

    @Test
    void aClosedCatalogueHasReleasedItsJars() throws IOException {
        Path jar = new PluginJar()
                .provider(ProviderSource.storage("p.Provider", "p"))
                .write(directory.resolve("p.jar"));

        DriverCatalogue catalogue = load();
        assertThat(openFiles()).contains(jar);
        catalogue.close();
        catalogue.close();

        assertThat(openFiles()).doesNotContain(jar);
    }

    private static List<Path> openFiles() throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.map(PluginIsolationTest::target).toList();
        }
    }

    private static Path target(Path link) {
        try {
            return Files.readSymbolicLink(link);
        } catch (IOException e) {
            // The descriptor of the listing itself.
            return link;
        }
    }

    private static String driver(String body) {
        return """
                (io.gantry.spi.storage.StorageDriver) java.lang.reflect.Proxy.newProxyInstance(
                    Provider.class.getClassLoader(), new Class<?>[] {io.gantry.spi.storage.StorageDriver.class},
                    (p1, m, a) -> { %s })""".formatted(body);
    }

    private DriverCatalogue load() throws IOException {
        return DriverCatalogue.load(PluginPath.of(List.of(directory)));
    }
}
