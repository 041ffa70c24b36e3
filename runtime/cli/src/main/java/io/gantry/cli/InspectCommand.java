package io.gantry.cli;

final class InspectCommand {
    private InspectCommand() {}

    static Command any() {
        throw new UsageException("gantry: not there yet");
    }

    static Command of(String type) {
        throw new UsageException("gantry: not there yet: " + type);
    }
}
