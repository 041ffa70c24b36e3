package io.gantry.cli;

/** The familiar form of an image's name: {@code docker.io/library/} left out, {@code :latest} put in. */
record ImageName(String repository, String tag) {
    /** Splits {@code repository[:tag][@digest]}; {@code tag} is the digest when there is one. */
    static ImageName parse(String text) {
        int at = text.indexOf('@');
        if (at >= 0) {
            String before = text.substring(0, at);
            int colon = before.lastIndexOf(':');
            return new ImageName(
                    familiar(colon > before.lastIndexOf('/') ? before.substring(0, colon) : before),
                    text.substring(at + 1));
        }
        int colon = text.lastIndexOf(':');
        if (colon > text.lastIndexOf('/')) {
            return new ImageName(familiar(text.substring(0, colon)), text.substring(colon + 1));
        }
        return new ImageName(familiar(text), "latest");
    }

    private static String familiar(String repository) {
        for (String prefix : new String[] {"docker.io/library/", "docker.io/", "index.docker.io/library/"}) {
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
