package io.gantry.cli;

final class CompletionCommand {
    private CompletionCommand() {}

    static Command command() {
        throw new UsageException("gantry: not there yet");
    }
}
