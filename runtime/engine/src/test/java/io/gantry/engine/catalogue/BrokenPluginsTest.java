package io.gantry.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a plug-in does wrong, it is reported with its file, the reason and a remedy, and its neighbours work. */
class BrokenPluginsTest {
    private static final ProviderSource GOOD = ProviderSource.storage("good.Provider", "good");

    @TempDir
    Path directory;

    @Test
    void aServiceFileThatIsNoneIsReported() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .service(DriverKind.STORAGE, "this is not a class name")
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.BAD_SERVICE_FILE, "bad.jar", "META-INF/services");
    }

    @Test
    void aServiceFileOfAbsurdLengthIsNotRead() throws IOException {
        new PluginJar()
                .file(
                        DriverKind.STORAGE.serviceFile(),
                        "# filler\n".repeat(100_000).getBytes(StandardCharsets.UTF_8))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.BAD_SERVICE_FILE, "bad.jar", "900000 bytes");
    }

    @Test
    void anEmptyServiceFileIsReported() throws IOException {
        new PluginJar().service(DriverKind.NETWORK, "# nothing").write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.NO_PROVIDER, "bad.jar", "names no class");
    }

    @Test
    void aJarWithoutAnyProviderIsReported() throws IOException {
        new PluginJar()
                .source("some.Thing", "package some; public class Thing {}")
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.NO_PROVIDER, "bad.jar", "declares no driver");
    }

    @Test
    void aDeclaredClassThatIsNotThereIsReported() throws IOException {
        new PluginJar().service(DriverKind.VOLUME, "nowhere.Provider").write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.MISSING_CLASS, "bad.jar", "nowhere.Provider");
    }

    @Test
    void aClassThatIsNoProviderIsReported() throws IOException {
        new PluginJar()
                .source("bad.Thing", "package bad; public class Thing {}")
                .service(DriverKind.STORAGE, "bad.Thing")
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.NOT_A_PROVIDER, "bad.jar", "bad.Thing");
    }

    @Test
    void aMissingLibraryIsNamed() throws IOException {
        new PluginJar()
                .source(
                        "lib.Helper",
                        "package lib; public class Helper { public static String word() { return \"\"; } }")
                .provider(ProviderSource.storage("bad.Provider", "bad").withConstructor("lib.Helper.word();"))
                .without("lib.Helper")
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.MISSING_CLASS, "bad.jar", "lib.Helper");
    }

    @Test
    void aLibraryOfTheEngineIsNotVisible() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad")
                        .withConstructor("com.fasterxml.jackson.databind.ObjectMapper.class.getName();"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.MISSING_CLASS, "bad.jar", "com.fasterxml.jackson");
    }

    @Test
    void aConstructorThatThrowsIsReportedWithWhatItThrew() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad")
                        .withConstructor("if (true) throw new IllegalStateException(\"no luck\");"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.FAILED_CONSTRUCTOR, "bad.jar", "no luck");
    }

    @Test
    void aStaticInitialiserThatThrowsIsReportedWithWhatItThrew() throws IOException {
        new PluginJar()
                .source(
                        "lib.Helper",
                        "package lib; public class Helper { public static int n = Integer.parseInt(\"x\"); }")
                .provider(ProviderSource.storage("bad.Provider", "bad").withConstructor("int n = lib.Helper.n;"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.FAILED_CONSTRUCTOR, "bad.jar", "NumberFormatException");
    }

    @Test
    void endlessRecursionInAConstructorIsSurvived() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad").withConstructor("new Provider();"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.FAILED_CONSTRUCTOR, "bad.jar", "StackOverflowError");
    }

    @Test
    void aNameThatThrowsIsReported() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad").withName("List.<String>of().get(0)"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.BAD_DESCRIPTION, "bad.jar", "does not tell what it is");
    }

    @Test
    void aNullNameIsReported() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad").withName("null"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.BAD_DESCRIPTION, "bad.jar", "name() returned null");
    }

    @Test
    void aMalformedNameIsReported() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "../Bad name"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.BAD_DESCRIPTION, "bad.jar", "../Bad name");
    }

    @Test
    void aProviderForALaterApiIsRefused() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad").withVersion("new ApiVersion(1, 99)"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.WRONG_API_VERSION, "bad.jar", "driver API 1.99, this engine has 1.0");
    }

    @Test
    void aManifestForALaterApiIsRefusedBeforeAnyClassIsLoaded() throws IOException {
        Path trace = directory.resolve("trace");
        new PluginJar()
                .attribute("Gantry-Api-Version", "2.0")
                .provider(ProviderSource.storage("bad.Provider", "bad")
                        .withConstructor("new java.io.File(\"" + trace + "\").mkdir();"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.WRONG_API_VERSION, "bad.jar", "driver API 2.0");
        assertThat(trace).doesNotExist();
    }

    @Test
    void aManifestWithoutAReadableVersionIsRefused() throws IOException {
        new PluginJar()
                .attribute("Gantry-Api-Version", "latest")
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.WRONG_API_VERSION, "bad.jar", "\"latest\"");
    }

    @Test
    void aClassFileForALaterJavaIsReportedAsSuch() throws IOException {
        ProviderSource provider = ProviderSource.storage("bad.Provider", "bad");
        byte[] compiled =
                PluginJar.compile(Map.of(provider.className(), provider.text())).get(provider.className());
        new PluginJar()
                .service(DriverKind.STORAGE, provider.className())
                .file("bad/Provider.class", PluginJar.withVersion(compiled, 200))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.TOO_NEW_CLASS_FILE, "bad.jar", "later Java");
    }

    @Test
    void aDamagedClassFileIsReported() throws IOException {
        new PluginJar()
                .service(DriverKind.STORAGE, "bad.Provider")
                .file("bad/Provider.class", new byte[] {1, 2, 3, 4})
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.LINKAGE_ERROR, "bad.jar", "ClassFormatError");
    }

    @Test
    void aLibraryOfAnotherVersionThanCompiledAgainstIsReported() throws IOException {
        new PluginJar()
                .source(
                        "lib.Helper",
                        "package lib; public class Helper { public static String word() { return \"\"; } }")
                .provider(ProviderSource.storage("bad.Provider", "bad").withName("lib.Helper.word()"))
                .replacing("lib.Helper", "package lib; public class Helper {}")
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.LINKAGE_ERROR, "bad.jar", "NoSuchMethodError");
    }

    @Test
    void aBundledCopyOfTheSpiIsRefused() throws IOException {
        new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .file("io/gantry/spi/Probe.class", new byte[0])
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.BUNDLES_SHARED_CLASSES, "bad.jar", "io/gantry/spi/Probe.class");
    }

    @Test
    void aClassPathThatLeadsOutOfThePluginIsRefused() throws IOException {
        Files.createDirectory(directory.resolve("lib"));
        new PluginJar().file("x", new byte[0]).write(directory.resolve("lib").resolve("other.jar"));
        new PluginJar()
                .attribute("Class-Path", "lib/absent.jar lib/other.jar")
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .write(directory.resolve("bad.jar"));

        expect(EntryStatus.Reason.FOREIGN_CLASS_PATH, "bad.jar", "lib/other.jar");
    }

    @Test
    void aFileThatIsNoZipIsReported() throws IOException {
        Files.writeString(directory.resolve("bad.jar"), "this is not a ZIP file");

        expect(EntryStatus.Reason.NOT_A_JAR, "bad.jar", "cannot be read as a JAR");
    }

    @Test
    void aTruncatedJarIsReported() throws IOException {
        Path jar = new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .write(directory.resolve("bad.jar"));
        byte[] whole = Files.readAllBytes(jar);
        Files.write(jar, java.util.Arrays.copyOf(whole, whole.length - 40));

        expect(EntryStatus.Reason.NOT_A_JAR, "bad.jar", "cannot be read as a JAR");
    }

    @Test
    void aLinkThatLeadsNowhereIsReported() throws IOException {
        Files.createSymbolicLink(directory.resolve("bad.jar"), directory.resolve("absent"));

        expect(EntryStatus.Reason.UNREADABLE, "bad.jar", "cannot read");
    }

    @Test
    void anEmptyFolderIsReported() throws IOException {
        Files.createDirectory(directory.resolve("bad"));

        expect(EntryStatus.Reason.EMPTY_FOLDER, "bad", "holds no JAR");
    }

    @Test
    void aThousandDeclaredProvidersAreCutShort() throws IOException {
        PluginJar jar = new PluginJar();
        for (int i = 0; i < 1000; i++) {
            jar.service(DriverKind.STORAGE, "no.Such" + i);
        }
        jar.write(directory.resolve("bad.jar"));

        List<CatalogueEntry> broken = load();
        assertThat(broken).hasSizeLessThan(100);
        assertThat(broken.get(broken.size() - 1).status())
                .isInstanceOfSatisfying(
                        EntryStatus.Broken.class,
                        why -> assertThat(why.reason()).isEqualTo(EntryStatus.Reason.TOO_MANY_PROVIDERS));
    }

    @Test
    void aFileOfAnotherUserIsNotLoaded() throws IOException {
        Path jar = new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .write(directory.resolve("bad.jar"));
        Files.setAttribute(jar, "unix:uid", 12345);

        expect(EntryStatus.Reason.WRONG_OWNER, "bad.jar", "belongs to user id 12345");
    }

    @Test
    void aFileThatItsGroupCanWriteIsNotLoaded() throws IOException {
        Path jar = new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .write(directory.resolve("bad.jar"));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-r--"));

        expect(EntryStatus.Reason.WRONG_OWNER, "bad.jar", "writable by its group (mode 664)");
    }

    @Test
    void aFolderThatAnybodyCanWriteIsNotLoaded() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("bad"));
        new PluginJar().provider(ProviderSource.storage("bad.Provider", "bad")).write(folder.resolve("x.jar"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        expect(EntryStatus.Reason.WRONG_OWNER, "bad", "writable by everybody (mode 777)");
    }

    @Test
    void aLinkToAFileOfAnotherUserIsNotLoaded(@TempDir Path elsewhere) throws IOException {
        Path jar = new PluginJar()
                .provider(ProviderSource.storage("bad.Provider", "bad"))
                .write(elsewhere.resolve("x.jar"));
        Files.setAttribute(jar, "unix:uid", 12345);
        Files.createSymbolicLink(directory.resolve("bad.jar"), jar);

        expect(EntryStatus.Reason.WRONG_OWNER, "bad.jar", "belongs to user id 12345");
    }

    @Test
    void aPluginPathThatAnybodyCanWriteLoadsNothing() throws IOException {
        new PluginJar().provider(GOOD).write(directory.resolve("good.jar"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));

        try (DriverCatalogue catalogue = DriverCatalogue.load(PluginPath.of(List.of(directory)))) {
            assertThat(catalogue.names(DriverKind.STORAGE)).isEmpty();
            assertThat(catalogue.entries())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.isLoaded()).isFalse());
        }
    }

    @Test
    void oneBadProviderLeavesTheOthersOfItsJarInPlace() throws IOException {
        new PluginJar()
                .service(DriverKind.STORAGE, "nowhere.First")
                .provider(ProviderSource.storage("a.Throws", "throws").withConstructor("if (true) throw new Error();"))
                .provider(ProviderSource.storage("a.Works", "works"))
                .service(DriverKind.STORAGE, "nowhere.Last")
                .provider(ProviderSource.of(DriverKind.VOLUME, "a.Volume", "works"))
                .write(directory.resolve("mixed.jar"));

        try (DriverCatalogue catalogue = DriverCatalogue.load(PluginPath.of(List.of(directory)))) {
            assertThat(catalogue.names(DriverKind.STORAGE)).containsExactly("works");
            assertThat(catalogue.names(DriverKind.VOLUME)).containsExactly("works");
            assertThat(catalogue.entries().stream().filter(entry -> !entry.isLoaded()))
                    .hasSize(3);
        }
    }

    /** The bad plug-in is reported thus, by file, and a good one beside it works. */
    private void expect(EntryStatus.Reason reason, String file, String detail) throws IOException {
        assertThat(load()).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.source()).isEqualTo(directory.resolve(file));
            assertThat(entry.status()).isInstanceOfSatisfying(EntryStatus.Broken.class, why -> {
                assertThat(why.reason()).isEqualTo(reason);
                assertThat(why.detail()).contains(detail);
                assertThat(why.remedy()).isNotBlank();
            });
        });
    }

    /** Loads the test's directory and one with a good plug-in; returns what broke of the first. */
    private List<CatalogueEntry> load() throws IOException {
        Path last = Files.createTempDirectory(directory, ".good");
        new PluginJar().provider(GOOD).write(last.resolve("good.jar"));
        try (DriverCatalogue catalogue = DriverCatalogue.load(PluginPath.of(List.of(directory, last)))) {
            assertThat(catalogue.storage("good").name()).isEqualTo("good");
            return catalogue.entries().stream()
                    .filter(entry -> entry.source().startsWith(directory)
                            && !entry.source().startsWith(last))
                    .filter(entry -> !entry.source().equals(directory.resolve("lib")))
                    .toList();
        }
    }
}
