package io.gantry.engine.catalogue;

import java.nio.file.Path;
import java.util.ServiceConfigurationError;

/** What an error of {@link java.util.ServiceLoader} or of a provider means for the one who has to mend it. */
final class LoadFailure {
    private LoadFailure() {}

    /** While the next provider was looked for. */
    static EntryStatus.Broken ofLookup(Path plugin, DriverKind kind, Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        if (root(thrown) instanceof LinkageError error) {
            return ofLinkage(plugin, error);
        }
        // ServiceLoader tells these apart by its message alone.
        if (thrown instanceof ServiceConfigurationError && message.endsWith(" not found")) {
            return new EntryStatus.Broken(
                    EntryStatus.Reason.MISSING_CLASS,
                    plugin + " declares a class that it does not hold: " + message,
                    "build the plug-in again, or correct its META-INF/services file");
        }
        if (message.contains("not a subtype") || message.contains("constructor")) {
            return new EntryStatus.Broken(
                    EntryStatus.Reason.NOT_A_PROVIDER,
                    plugin + " declares a class that is no provider: " + message,
                    "declare a public class with a public no-argument constructor that implements "
                            + kind.providerType().getSimpleName());
        }
        return new EntryStatus.Broken(
                EntryStatus.Reason.BAD_SERVICE_FILE,
                plugin + " has a " + kind.serviceFile() + " that cannot be read: " + message,
                "write one class name per line, and nothing else but comments after #");
    }

    /** While a provider was made. */
    static EntryStatus.Broken ofConstructor(Path plugin, String className, Throwable thrown) {
        Throwable cause = root(thrown);
        if (cause instanceof LinkageError error) {
            return ofLinkage(plugin, error);
        }
        return new EntryStatus.Broken(
                EntryStatus.Reason.FAILED_CONSTRUCTOR,
                "the constructor of " + className + " in " + plugin + " threw " + cause,
                "report this to the plug-in's author");
    }

    /** While a provider was asked what it is. */
    static EntryStatus.Broken ofDescription(Path plugin, String className, Throwable thrown) {
        if (thrown instanceof LinkageError error) {
            return ofLinkage(plugin, error);
        }
        return new EntryStatus.Broken(
                EntryStatus.Reason.BAD_DESCRIPTION,
                className + " in " + plugin + " does not tell what it is: " + thrown,
                "report this to the plug-in's author");
    }

    private static EntryStatus.Broken ofLinkage(Path plugin, LinkageError error) {
        if (error instanceof UnsupportedClassVersionError) {
            return new EntryStatus.Broken(
                    EntryStatus.Reason.TOO_NEW_CLASS_FILE,
                    plugin + " was compiled for a later Java than this one ("
                            + Runtime.version().feature() + "): " + error.getMessage(),
                    "run Gantry on that Java, or build the plug-in for Java 17 (javac --release 17)");
        }
        if (error instanceof NoClassDefFoundError && error.getCause() instanceof ClassNotFoundException missing) {
            return new EntryStatus.Broken(
                    EntryStatus.Reason.MISSING_CLASS,
                    plugin + " needs the class " + missing.getMessage() + ", which it does not hold",
                    "put the library that has it into the plug-in's folder; the engine's own are not visible to plug-ins");
        }
        return new EntryStatus.Broken(
                EntryStatus.Reason.LINKAGE_ERROR,
                plugin + " does not fit the classes that it was compiled against: " + error,
                "build the plug-in again, against the driver API and the libraries it ships with");
    }

    private static Throwable root(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null
                && (cause instanceof ServiceConfigurationError || cause instanceof ExceptionInInitializerError)) {
            cause = cause.getCause();
        }
        return cause;
    }
}
