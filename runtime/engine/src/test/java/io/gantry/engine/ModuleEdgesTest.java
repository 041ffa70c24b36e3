package io.gantry.engine;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Dependencies between modules point one way: {@code cli → server → engine → image → spi ← drivers}. Byte code is checked where a module is built already, sources always.
 */
class ModuleEdgesTest {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final List<String> MODULE_PARENTS = List.of("spi", "drivers-storage", "drivers-network", "runtime");
    private static final String[] DRIVERS = {
        "io.gantry.storage..", "io.gantry.network..", "io.gantry.volume..", "io.gantry.ipam..", "io.gantry.firewall.."
    };
    private static final String[] RUNTIME = {
        "io.gantry.engine..", "io.gantry.image..", "io.gantry.server..", "io.gantry.cli.."
    };
    private static final Pattern OWN_IMPORT = Pattern.compile("import (?:static )?io\\.gantry\\.(\\w+).*");

    /** Which of our packages the sources of a module, or of all modules in a folder, may import. */
    private static final Map<String, List<String>> MAY_IMPORT = Map.ofEntries(
            Map.entry("spi/driver-api", List.of("spi")),
            Map.entry("spi/linux", List.of("linux")),
            Map.entry("spi/driver-tck", List.of("spi", "linux", "tck")),
            Map.entry("drivers-storage", List.of("spi", "linux", "storage", "volume")),
            Map.entry("drivers-network", List.of("spi", "linux", "network", "ipam", "firewall")),
            Map.entry("runtime/image", List.of("spi", "linux", "image")),
            Map.entry("runtime/engine", List.of("spi", "linux", "image", "engine")),
            Map.entry("runtime/server", List.of("spi", "linux", "image", "engine", "server")),
            Map.entry("runtime/cli", List.of("cli")));

    private final JavaClasses built = new ClassFileImporter().importPaths(classDirectories());

    @Test
    void theDriverApiNeedsNothingButTheJdk() {
        classes()
                .that()
                .resideInAPackage("io.gantry.spi..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "io.gantry.spi..")
                .check(built);
    }

    @Test
    void kernelAccessKnowsNothingElseOfOurs() {
        noClasses()
                .that()
                .resideInAPackage("io.gantry.linux..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.gantry.spi..")
                        .or(resideInAnyPackage(DRIVERS))
                        .or(resideInAnyPackage(RUNTIME)))
                .check(built);
    }

    @Test
    void theRuntimeNamesNoDriver() {
        noClasses()
                .that()
                .resideInAnyPackage(RUNTIME)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(DRIVERS)
                .check(built);
    }

    @Test
    void driversDoNotSeeTheRuntime() {
        noClasses()
                .that()
                .resideInAnyPackage(DRIVERS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(RUNTIME)
                .allowEmptyShould(true)
                .check(built);
    }

    @Test
    void driversDoNotSeeEachOther() {
        slices().matching("io.gantry.[storage|network|volume|ipam|firewall].(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(built);
    }

    @Test
    void theImageModuleDoesNotSeeTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("io.gantry.image..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.gantry.engine..", "io.gantry.server..", "io.gantry.cli..")
                .allowEmptyShould(true)
                .check(built);
    }

    @Test
    void theEnginesPartsFormNoCycles() {
        slices().matching("io.gantry.engine.(*)..").should().beFreeOfCycles().check(built);
        slices().matching("io.gantry.image.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(built);
    }

    @Test
    void sourcesImportOnlyWhatTheirModuleMay() throws IOException {
        List<String> offences = new ArrayList<>();
        int files = 0;
        for (Map.Entry<String, List<String>> rule : MAY_IMPORT.entrySet()) {
            try (Stream<Path> sources = Files.walk(ROOT.resolve(rule.getKey()))) {
                for (Path source : sources.filter(ModuleEdgesTest::isMainSource).toList()) {
                    files++;
                    for (String line : Files.readAllLines(source)) {
                        var matcher = OWN_IMPORT.matcher(line);
                        if (matcher.matches() && !rule.getValue().contains(matcher.group(1))) {
                            offences.add(ROOT.relativize(source) + ": " + line);
                        }
                    }
                }
            }
        }
        assertThat(offences).isEmpty();
        assertThat(files).isPositive();
    }

    private static boolean isMainSource(Path path) {
        return path.toString().endsWith(".java") && path.toString().contains("/src/main/java/");
    }

    private static List<Path> classDirectories() {
        List<Path> directories = new ArrayList<>();
        for (String parent : MODULE_PARENTS) {
            try (Stream<Path> modules = Files.list(ROOT.resolve(parent))) {
                modules.map(module -> module.resolve("target/classes"))
                        .filter(Files::isDirectory)
                        .forEach(directories::add);
            } catch (IOException e) {
                throw new IllegalStateException("cannot list the modules in " + parent, e);
            }
        }
        return directories;
    }
}
