package io.gantry.cli;

import java.util.Locale;
import java.util.Optional;

/** The familiar form of an image's name: {@code docker.io/library/} left out, {@code :latest} put in. */
record ImageName(String repository, String tag) {
    private static final String HUB = "docker.io/";
    private static final String OFFICIAL = HUB + "library/";

    /** Splits {@code repository[:tag][@digest]} as the daemon wrote it; {@code tag} is the digest when there is one. */
    static ImageName parse(String text) {
        int at = text.indexOf('@');
        if (at >= 0) {
            return new ImageName(familiar(withoutTag(text.substring(0, at))), text.substring(at + 1));
        }
        String repository = withoutTag(text);
        boolean tagged = repository.length() < text.length();
        return new ImageName(familiar(repository), tagged ? text.substring(repository.length() + 1) : "latest");
    }

    /** Like {@link #parse} for what a user typed, which must follow the grammar of references. */
    static ImageName typed(String text) {
        int at = text.indexOf('@');
        String named = at < 0 ? text : text.substring(0, at);
        String repository = withoutTag(named);
        if (isId(text)) {
            throw new UsageException(
                    "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
        }
        String path = repository.substring(domain(repository));
        if (!path.equals(path.toLowerCase(Locale.ROOT))) {
            String remote = path.indexOf('/') < 0 && domain(repository) == 0 ? "library/" + path : path;
            throw new UsageException("invalid reference format: repository name (" + remote + ") must be lowercase");
        }
        boolean valid = ReferenceGrammar.path(path)
                && (domain(repository) == 0 || ReferenceGrammar.domain(repository.substring(0, domain(repository) - 1)))
                && (repository.length() == named.length()
                        || ReferenceGrammar.tag(named.substring(repository.length() + 1)))
                && (at < 0 || ReferenceGrammar.digest(text.substring(at + 1)));
        if (!valid) {
            throw new UsageException("invalid reference format");
        }
        return parse(text);
    }

    /** The image that {@code run} is given: a name, or empty for an ID, which no registry can be asked for. */
    static Optional<ImageName> typedOrId(String text) {
        return isId(text) || ReferenceGrammar.digest(text) ? Optional.empty() : Optional.of(typed(text));
    }

    private static boolean isId(String text) {
        return text.length() == 64 && ReferenceGrammar.hexadecimal(text);
    }

    private static String withoutTag(String text) {
        int colon = text.lastIndexOf(':');
        return colon > text.lastIndexOf('/') ? text.substring(0, colon) : text;
    }

    /** Where the path starts, behind the registry's name and its slash; 0 for Docker Hub's. */
    private static int domain(String repository) {
        int slash = repository.indexOf('/');
        if (slash < 0) {
            return 0;
        }
        String first = repository.substring(0, slash);
        boolean host = first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
        return host ? slash + 1 : 0;
    }

    /** The repository with its registry. */
    String full() {
        if (domain(repository) > 0) {
            return repository;
        }
        return (repository.indexOf('/') < 0 ? OFFICIAL : HUB) + repository;
    }

    private static String familiar(String repository) {
        for (String prefix : new String[] {OFFICIAL, "index.docker.io/library/", HUB, "index.docker.io/"}) {
            if (repository.startsWith(prefix)) {
                return repository.substring(prefix.length());
            }
        }
        return repository;
    }

    @Override
    public String toString() {
        return repository + (tag.indexOf(':') >= 0 ? "@" : ":") + tag;
    }
}
