package io.gantry.cli;

final class ImageArchives {
    private ImageArchives() {}

    static Command build(String name) {
        throw new UsageException("gantry: not there yet: " + name);
    }
}
