package io.gantry.cli;

final class DaemonCommand {
    private DaemonCommand() {}

    static Command command() {
        throw new UsageException("gantry: not there yet");
    }
}
