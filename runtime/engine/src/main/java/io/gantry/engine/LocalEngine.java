package io.gantry.engine;

/** The engine on this host. */
final class LocalEngine {
    private LocalEngine() {}

    static Engine open(EngineConfig config) {
        throw new EngineException(
                EngineException.Kind.NOT_IMPLEMENTED,
                "cannot open an engine on " + config.dataRoot() + ": not built yet");
    }
}
