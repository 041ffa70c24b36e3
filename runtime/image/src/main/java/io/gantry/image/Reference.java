package io.gantry.image;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an image, normalised as Docker does it: {@code busybox} is {@code docker.io/library/busybox}. Grammar and messages follow
 * the distribution project's reference package.
 *
 * @param domain the registry's host, with port if it has one
 * @param path the repository within it
 * @param tag the tag, if one was written
 * @param digest the digest, if one was written
 */
public record Reference(String domain, String path, Optional<String> tag, Optional<Digest> digest)
        implements Comparable<Reference> {
    private static final String DEFAULT_DOMAIN = "docker.io";
    private static final String LEGACY_DOMAIN = "index.docker.io";
    private static final String OFFICIAL = "library/";
    private static final String DEFAULT_TAG = "latest";
    private static final int LONGEST_PATH = 255;
    /** No host, path, tag and digest together are longer. Matching texts of any length would exhaust the stack. */
    private static final int LONGEST = 1024;

    private static final String DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final String DOMAIN =
            "(?:" + DOMAIN_PART + "(?:\\." + DOMAIN_PART + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]+)?";
    private static final String PATH_PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final String TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
    private static final String DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    private static final Pattern FORM = Pattern.compile(
            "(" + DOMAIN + ")/(" + PATH_PART + "(?:/" + PATH_PART + ")*)(?::(" + TAG + "))?(?:@(" + DIGEST + "))?");
    private static final Pattern TAG_FORM = Pattern.compile(TAG);
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");

    /** Refuses nulls. */
    public Reference {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(tag, "tag");
        Objects.requireNonNull(digest, "digest");
    }

    /**
     * Reads a name as a user writes it. No tag is added; see {@link #orLatest}.
     *
     * @throws IllegalArgumentException with Docker's words if it is not a name
     */
    public static Reference parse(String text) {
        if (IDENTIFIER.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("invalid reference format");
        }
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("repository name must not be more than 255 characters");
        }
        String domain = domainOf(text);
        String rest = domain.isEmpty() ? text : text.substring(domain.length() + 1);
        if (domain.isEmpty() || domain.equals(LEGACY_DOMAIN)) {
            domain = DEFAULT_DOMAIN;
        }
        if (domain.equals(DEFAULT_DOMAIN) && rest.indexOf('/') < 0) {
            rest = OFFICIAL + rest;
        }
        return of(domain, rest);
    }

    private static String domainOf(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return "";
        }
        String first = text.substring(0, slash);
        boolean host = first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.equals("localhost")
                || !first.toLowerCase(Locale.ROOT).equals(first);
        return host ? first : "";
    }

    private static Reference of(String domain, String rest) {
        int colon = rest.indexOf(':');
        String repository = colon < 0 ? rest : rest.substring(0, colon);
        if (!repository.toLowerCase(Locale.ROOT).equals(repository)) {
            throw new IllegalArgumentException(
                    "invalid reference format: repository name (" + repository + ") must be lowercase");
        }
        Matcher matcher = FORM.matcher(domain + "/" + rest);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("invalid reference format");
        }
        if (matcher.group(2).length() > LONGEST_PATH) {
            throw new IllegalArgumentException("repository name must not be more than 255 characters");
        }
        return new Reference(
                matcher.group(1),
                matcher.group(2),
                Optional.ofNullable(matcher.group(3)),
                Optional.ofNullable(matcher.group(4)).map(Digest::parse));
    }

    /** This name with the tag {@code latest} if it has neither tag nor digest. */
    public Reference orLatest() {
        return tag.isPresent() || digest.isPresent() ? this : withTag(DEFAULT_TAG);
    }

    /**
     * The same repository with another tag and no digest.
     *
     * @throws IllegalArgumentException if it is not a tag
     */
    public Reference withTag(String newTag) {
        if (!TAG_FORM.matcher(newTag).matches()) {
            throw new IllegalArgumentException("invalid tag format");
        }
        return new Reference(domain, path, Optional.of(newTag), Optional.empty());
    }

    /** The same repository with a digest and no tag. */
    public Reference withDigest(Digest newDigest) {
        return new Reference(domain, path, Optional.empty(), Optional.of(newDigest));
    }

    /** The repository alone. */
    public Reference repository() {
        return new Reference(domain, path, Optional.empty(), Optional.empty());
    }

    /** The repository in full: {@code docker.io/library/busybox}. */
    public String name() {
        return domain + "/" + path;
    }

    /** The repository as short as Docker prints it: {@code busybox}. */
    public String familiarName() {
        if (!domain.equals(DEFAULT_DOMAIN)) {
            return name();
        }
        boolean official = path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0;
        return official ? path.substring(OFFICIAL.length()) : path;
    }

    /** The whole reference as short as Docker prints it: {@code busybox:latest}. */
    public String familiar() {
        return familiarName() + suffix();
    }

    private String suffix() {
        return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }

    @Override
    public int compareTo(Reference other) {
        return toString().compareTo(other.toString());
    }

    /** The whole reference in full: {@code docker.io/library/busybox:latest}. */
    @Override
    public String toString() {
        return name() + suffix();
    }
}
