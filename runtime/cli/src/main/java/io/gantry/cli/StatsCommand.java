package io.gantry.cli;

final class StatsCommand {
    private StatsCommand() {}

    static Command command() {
        throw new UsageException("gantry: not there yet");
    }
}
