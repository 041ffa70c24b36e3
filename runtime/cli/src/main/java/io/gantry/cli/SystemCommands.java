package io.gantry.cli;

final class SystemCommands {
    private SystemCommands() {}

    static Command build(String name) {
        throw new UsageException("gantry: not there yet: " + name);
    }
}
