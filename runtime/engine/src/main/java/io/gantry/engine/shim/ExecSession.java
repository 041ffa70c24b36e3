package io.gantry.engine.shim;

import io.gantry.engine.InputHandle;
import java.nio.file.Path;

/**
 * A further process in a container, held by a conmon of its own.
 *
 * @param pid its number on the host
 * @param input the way to its standard input; of one that runs detached, a way to nowhere
 * @param control the pipe that takes the terminal's size
 */
public record ExecSession(long pid, InputHandle input, Path control) {
    /** Sets the size of its terminal. Does nothing if it has ended. */
    public void resize(int rows, int columns) {
        ContainerRuntime.resize(control, rows, columns);
    }
}
