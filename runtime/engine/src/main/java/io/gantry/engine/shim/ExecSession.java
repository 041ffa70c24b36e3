package io.gantry.engine.shim;

import io.gantry.engine.*;
import java.util.concurrent.CompletableFuture;

public interface ExecSession {
    InputHandle input();

    CompletableFuture<Integer> end();

    long pid();

    void resize(int r, int c);
}
