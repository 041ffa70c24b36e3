package io.gantry.engine.shim;

import java.util.Map;
import java.util.Set;

/** The environment of conmon and the OCI runtime: nothing of the engine's own but what they need to find things. */
final class RuntimeEnvironment {
    private static final Set<String> KEPT = Set.of("PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR");
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private RuntimeEnvironment() {}

    static void apply(Map<String, String> environment) {
        environment.keySet().retainAll(KEPT);
        environment.putIfAbsent("PATH", PATH);
    }
}
