package io.gantry.image.layer;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;

/** The names by which layer archives say that something is gone (OCI image specification, "Whiteouts"; the AUFS convention). */
final class Whiteouts {
    static final String PREFIX = ".wh.";
    static final String META_PREFIX = ".wh..wh.";
    static final String OPAQUE = ".wh..wh..opq";

    private Whiteouts() {}

    /** What a clean path is. */
    enum Meaning {
        ENTRY,
        WHITEOUT,
        OPAQUE_MARK,
        /** Book-keeping of AUFS that means nothing elsewhere. */
        METADATA
    }

    static Meaning of(String path, String name) throws ImageFormatException {
        if (!path.contains(PREFIX)) {
            return Meaning.ENTRY;
        }
        if (name.equals(OPAQUE)) {
            return Meaning.OPAQUE_MARK;
        }
        if (path.startsWith(META_PREFIX) || path.contains("/" + META_PREFIX)) {
            return Meaning.METADATA;
        }
        int parent = path.length() - name.length();
        if ((path.startsWith(PREFIX) && parent > 0) || path.substring(0, parent).contains("/" + PREFIX)) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "\"" + path + "\" lies in a directory whose name is reserved for whiteouts");
        }
        return name.startsWith(PREFIX) ? Meaning.WHITEOUT : Meaning.ENTRY;
    }

    /** The name that a whiteout hides. */
    static String hidden(String path, String name) throws ImageFormatException {
        String hidden = name.substring(PREFIX.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new ImageFormatException(Kind.CORRUPT, "invalid whiteout name: \"" + path + "\"");
        }
        return hidden;
    }
}
