package io.gantry.engine;

import java.util.Optional;

/**
 * How a wait ended.
 *
 * @param exitCode of the container
 * @param error why the wait failed
 */
public record WaitResult(int exitCode, Optional<String> error) {}
