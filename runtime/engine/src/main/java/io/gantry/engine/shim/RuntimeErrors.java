package io.gantry.engine.shim;

import java.util.Locale;

/** Docker's words for failures of the OCI runtime. */
final class RuntimeErrors {
    private static final String TASK = "failed to create task for container: failed to create shim task: ";

    private RuntimeErrors() {}

    static StartFailedException createFailed(String runtime, String detail) {
        return new StartFailedException(
                TASK + "OCI runtime create failed: " + within(runtime, "create", detail) + ": unknown");
    }

    static StartFailedException startFailed(String runtime, String detail) {
        return new StartFailedException(
                "failed to start shim: OCI runtime start failed: " + within(runtime, "start", detail) + ": unknown");
    }

    static StartFailedException execFailed(String detail) {
        return new StartFailedException("OCI runtime exec failed: " + plain(detail) + ": unknown");
    }

    /** runc says itself {@code runc create failed: …}; others, and older ones, do not. */
    private static String within(String runtime, String command, String detail) {
        String text = plain(detail);
        String prefix = runtime + " " + command + " failed";
        return text.toLowerCase(Locale.ROOT).startsWith(prefix) ? text : prefix + ": " + text;
    }

    private static String plain(String detail) {
        String text = detail.strip();
        return text.isEmpty() ? "the runtime gave no reason" : text;
    }
}
