package io.gantry.cli;

final class NetworkCommands {
    private NetworkCommands() {}

    static Command build(String name) {
        throw new UsageException("gantry: not there yet: " + name);
    }
}
