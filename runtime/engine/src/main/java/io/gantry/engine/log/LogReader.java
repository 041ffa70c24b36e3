package io.gantry.engine.log;

import io.gantry.engine.*;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

public final class LogReader {
    public static AutoCloseable open(Path f, LogRequest r, OutputSink s, CompletableFuture<?> e) {
        s.closed();
        return () -> {};
    }
}
