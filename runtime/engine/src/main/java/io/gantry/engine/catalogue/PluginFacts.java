package io.gantry.engine.catalogue;

import io.gantry.spi.ApiVersion;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * What a plug-in's JARs tell before any of their classes is loaded: of which kinds they declare providers. Reading it refuses those that cannot be loaded safely.
 */
final class PluginFacts {
    /** The manifest's attribute for the version of the SPI that the plug-in was made for. */
    static final String API_VERSION_ATTRIBUTE = "Gantry-Api-Version";

    /** No honest service file comes near; the JDK would read a file of any length into memory. */
    private static final long LONGEST_SERVICE_FILE = 64 * 1024;

    /** Of the shared packages, those of which no copy has any business in a plug-in. Copies of the others are merely not used. */
    private static final Pattern RESERVED =
            Pattern.compile("(META-INF/versions/\\d+/)?io/gantry/(spi|linux)/.*\\.class");

    private final PluginFiles files;
    private final Set<DriverKind> kinds = EnumSet.noneOf(DriverKind.class);

    private PluginFacts(PluginFiles files) {
        this.files = files;
    }

    /** The kinds of driver for which a JAR has a service file. */
    static Set<DriverKind> declaredKinds(PluginFiles files) throws BrokenPluginException {
        PluginFacts facts = new PluginFacts(files);
        for (Path jar : files.jars()) {
            facts.inspect(jar);
        }
        if (facts.kinds.isEmpty()) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.NO_PROVIDER,
                    files.location() + " declares no driver: it has no META-INF/services file of any driver kind",
                    "annotate the provider with @AutoService, or remove it from the plug-in path");
        }
        return Collections.unmodifiableSet(facts.kinds);
    }

    private void inspect(Path path) throws BrokenPluginException {
        try (JarFile jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ)) {
            Optional<Attributes> manifest =
                    Optional.ofNullable(jar.getManifest()).map(Manifest::getMainAttributes);
            if (manifest.isPresent()) {
                checkApiVersion(path, manifest.get());
                checkClassPath(path, manifest.get());
            }
            checkContent(path, jar);
            for (DriverKind kind : DriverKind.values()) {
                JarEntry serviceFile = jar.getJarEntry(kind.serviceFile());
                if (serviceFile != null) {
                    checkServiceFile(path, serviceFile);
                    kinds.add(kind);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new BrokenPluginException(
                    Files.isReadable(path) ? EntryStatus.Reason.NOT_A_JAR : EntryStatus.Reason.UNREADABLE,
                    path + " cannot be read as a JAR: " + e.getMessage(),
                    "copy or build the file again",
                    e);
        }
    }

    private static void checkApiVersion(Path jar, Attributes manifest) throws BrokenPluginException {
        String text = manifest.getValue(API_VERSION_ATTRIBUTE);
        if (text == null) {
            return;
        }
        ApiVersion version;
        try {
            version = ApiVersion.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.WRONG_API_VERSION,
                    jar + " has a manifest with " + API_VERSION_ATTRIBUTE + ": \"" + text + "\", which is no version",
                    "write it as major.minor, such as " + ApiVersion.CURRENT,
                    e);
        }
        checkAccepted(jar.toString(), version);
    }

    /** Refuses a version of the SPI that this engine cannot serve. */
    static void checkAccepted(String what, ApiVersion version) throws BrokenPluginException {
        if (ApiVersion.CURRENT.accepts(version)) {
            return;
        }
        String remedy = version.compareTo(ApiVersion.CURRENT) > 0
                ? "use a newer Gantry, or a version of the plug-in made for driver API " + ApiVersion.CURRENT
                : "get a version of the plug-in made for driver API " + ApiVersion.CURRENT.major();
        throw new BrokenPluginException(
                EntryStatus.Reason.WRONG_API_VERSION,
                what + " was made for driver API " + version + ", this engine has " + ApiVersion.CURRENT,
                remedy);
    }

    /** The JDK's loader follows Class-Path silently; what it would find there has passed none of our checks. */
    private void checkClassPath(Path jar, Attributes manifest) throws BrokenPluginException {
        String classPath = manifest.getValue(Attributes.Name.CLASS_PATH);
        if (classPath == null) {
            return;
        }
        for (String element : classPath.strip().split("\\s+", -1)) {
            Optional<Path> target = existing(jar.toUri(), element);
            if (target.isPresent() && !files.jars().contains(target.get())) {
                throw new BrokenPluginException(
                        EntryStatus.Reason.FOREIGN_CLASS_PATH,
                        jar + " has a manifest whose Class-Path leads to " + target.get()
                                + ", which is not part of the plug-in",
                        "put all JARs of the plug-in into one folder and drop the Class-Path");
            }
        }
    }

    private static Optional<Path> existing(URI base, String element) {
        try {
            Path target = Path.of(base.resolve(element)).normalize();
            return Files.exists(target) ? Optional.of(target) : Optional.empty();
        } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException e) {
            // Not a file: the JDK ignores such elements as well.
            return Optional.empty();
        }
    }

    private static void checkContent(Path path, JarFile jar) throws BrokenPluginException {
        Optional<String> reserved = jar.stream()
                .map(JarEntry::getName)
                .filter(name -> RESERVED.matcher(name).matches())
                .findFirst();
        if (reserved.isPresent()) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.BUNDLES_SHARED_CLASSES,
                    path + " holds " + reserved.get() + ", a class that only the engine may bring",
                    "give gantry-driver-api and gantry-linux the scope \"provided\" and build the plug-in again");
        }
    }

    private static void checkServiceFile(Path jar, JarEntry entry) throws BrokenPluginException {
        if (entry.getSize() > LONGEST_SERVICE_FILE) {
            throw new BrokenPluginException(
                    EntryStatus.Reason.BAD_SERVICE_FILE,
                    jar + File.separator + entry.getName() + " is " + entry.getSize() + " bytes long, more than the "
                            + LONGEST_SERVICE_FILE + " that are read",
                    "build the plug-in again; the file holds one class name per line");
        }
    }
}
