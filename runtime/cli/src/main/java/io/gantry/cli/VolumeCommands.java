package io.gantry.cli;

final class VolumeCommands {
    private VolumeCommands() {}

    static Command build(String name) {
        throw new UsageException("gantry: not there yet: " + name);
    }
}
