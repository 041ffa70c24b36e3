package io.gantry.image.layer;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;

/** The names by which layer archives say that something is gone (OCI image specification, "Whiteouts"; the AUFS convention). */
final class Whiteouts {
    static final String PREFIX = ".wh.";
    private static final String META_PREFIX = ".wh..wh.";
    static final String OPAQUE = ".wh..wh..opq";
    static final String LINK_POOL = ".wh..wh.plnk";

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
        String parents = "/" + path.substring(0, path.length() - name.length());
        if (parents.contains("/" + META_PREFIX)) {
            return Meaning.METADATA;
        }
        if (parents.contains("/" + PREFIX)) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "\"" + path + "\" lies in a directory whose name is reserved for whiteouts");
        }
        if (name.equals(OPAQUE)) {
            return Meaning.OPAQUE_MARK;
        }
        if (name.startsWith(META_PREFIX)) {
            return Meaning.METADATA;
        }
        return name.startsWith(PREFIX) ? Meaning.WHITEOUT : Meaning.ENTRY;
    }

    /** Whether a path lies in AUFS's pool of files that have several names: links may lead there, and it is nothing of the layer's itself. */
    static boolean isLinkPool(String path) {
        return path.startsWith(LINK_POOL + "/");
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
