package io.gantry.engine.shim;

public record ExecShimRequest(
        String containerId,
        String execId,
        java.nio.file.Path directory,
        boolean tty,
        boolean openStdin,
        com.fasterxml.jackson.databind.node.ObjectNode process) {}
