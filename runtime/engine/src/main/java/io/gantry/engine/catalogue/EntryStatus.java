package io.gantry.engine.catalogue;

import java.util.Objects;

/** Whether a plug-in's driver can be used, as far as loading goes; whether it works on this machine is for its probe to say. */
public sealed interface EntryStatus {
    /** The provider is there and may be asked. */
    record Loaded() implements EntryStatus {}

    /**
     * The plug-in, or one provider of it, was left out.
     *
     * @param reason the class of reason
     * @param detail what was found, one sentence that names the file or class
     * @param remedy what to do about it, an imperative
     */
    record Broken(Reason reason, String detail, String remedy) implements EntryStatus {
        /** Refuses nulls. */
        public Broken {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(detail, "detail");
            Objects.requireNonNull(remedy, "remedy");
        }
    }

    /** Why a plug-in was left out. */
    enum Reason {
        /** A directory that the user named, or a file, cannot be read. */
        UNREADABLE,
        /** Owned by somebody who is neither root nor the engine's user, or writable by group or world. */
        WRONG_OWNER,
        /** Called {@code *.jar} but not a ZIP file. */
        NOT_A_JAR,
        /** A folder without a JAR. */
        EMPTY_FOLDER,
        /** It brings its own copy of classes that must come from the engine. */
        BUNDLES_SHARED_CLASSES,
        /** Its manifest's {@code Class-Path} leads to files that are not part of the plug-in. */
        FOREIGN_CLASS_PATH,
        /** It declares no provider of any kind. */
        NO_PROVIDER,
        /** It was made for another version of the SPI. */
        WRONG_API_VERSION,
        /** A file in {@code META-INF/services} cannot be read as such. */
        BAD_SERVICE_FILE,
        /** A class that it names or needs is not there. */
        MISSING_CLASS,
        /** A class that it names is no public provider with a public no-argument constructor. */
        NOT_A_PROVIDER,
        /** It was compiled for a later Java than the one that runs. */
        TOO_NEW_CLASS_FILE,
        /** Its classes do not fit those that they were compiled against. */
        LINKAGE_ERROR,
        /** A provider's constructor threw. */
        FAILED_CONSTRUCTOR,
        /** A provider's name, version, options or other description is malformed, or asking for it threw. */
        BAD_DESCRIPTION,
        /** Another plug-in, found earlier, provides a driver of the same kind and name. */
        DUPLICATE_NAME,
        /** It declares more providers than anybody needs. */
        TOO_MANY_PROVIDERS
    }
}
