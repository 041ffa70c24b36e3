package io.gantry.cli;

final class Prune {
    private Prune() {}

    static Command image() {
        throw new UsageException("gantry: not there yet");
    }
}
