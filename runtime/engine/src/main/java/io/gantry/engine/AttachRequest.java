package io.gantry.engine;

/**
 * What to attach.
 *
 * @param stdin send input
 * @param stdout receive standard output
 * @param stderr receive standard error
 * @param logs first what was written before
 * @param stream then what comes
 */
public record AttachRequest(boolean stdin, boolean stdout, boolean stderr, boolean logs, boolean stream) {}
