package io.gantry.engine.container;

import io.gantry.engine.EngineException;

/**
 * That a container reaches another by a name of its own.
 *
 * @param target the other's name or id
 * @param alias the name
 */
record Link(String target, String alias) {
    /** Reads {@code target[:alias]}, or the form {@code /target:/container/alias} in which it is kept. */
    static Link parse(String text) {
        if (text.isEmpty()) {
            throw new EngineException(EngineException.Kind.INVALID, "empty string specified for links");
        }
        String[] parts = text.split(":", -1);
        if (parts.length > 2) {
            throw new EngineException(EngineException.Kind.INVALID, "bad format for links: " + text);
        }
        if (parts.length == 1) {
            return new Link(text, text);
        }
        return parts[0].startsWith("/")
                ? new Link(parts[0].substring(1), parts[1].substring(parts[1].lastIndexOf('/') + 1))
                : new Link(parts[0], parts[1]);
    }

    /** The form in which a container keeps it. */
    String kept(String container) {
        return "/" + target + ":/" + container + "/" + alias;
    }
}
