package io.gantry.cli;

final class DriversCommands {
    private DriversCommands() {}

    static Command build(String name) {
        throw new UsageException("gantry: not there yet: " + name);
    }
}
