package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.oci.OciRequest;
import java.util.Set;

/** Reads {@code --security-opt} and the rest of what a container may do. */
final class SecurityOptions {
    /** Of security modules that Gantry does not drive; what switches them off is so already. */
    private static final Set<String> OFF =
            Set.of("apparmor=unconfined", "label=disable", "label=type:unconfined_t", "seccomp=", "apparmor=");

    private SecurityOptions() {}

    static OciRequest.Security of(HostConfig host) {
        OciRequest.Seccomp seccomp = new OciRequest.Seccomp.Standard();
        boolean noNewPrivileges = false;
        for (String option : host.securityOpt()) {
            int split = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
            String key = split < 0 ? option : option.substring(0, split);
            String value = split < 0 ? "" : option.substring(split + 1);
            switch (key) {
                case "no-new-privileges" -> noNewPrivileges = isTrue(option, value);
                case "seccomp" -> seccomp = seccomp(value);
                case "writable-cgroups", "systempaths" -> refuse(option);
                default -> {
                    if (!OFF.contains(key + "=" + value)) {
                        refuse(option);
                    }
                }
            }
        }
        return new OciRequest.Security(
                host.privileged(),
                host.capAdd(),
                host.capDrop(),
                seccomp,
                noNewPrivileges,
                host.devices(),
                host.deviceCgroupRules(),
                host.maskedPaths(),
                host.readonlyPaths());
    }

    private static OciRequest.Seccomp seccomp(String value) {
        return switch (value) {
            case "", "builtin" -> new OciRequest.Seccomp.Standard();
            case "unconfined" -> new OciRequest.Seccomp.Unconfined();
            default -> new OciRequest.Seccomp.Custom(value);
        };
    }

    private static boolean isTrue(String option, String value) {
        return switch (value) {
            case "", "true" -> true;
            case "false" -> false;
            default -> throw invalid(option);
        };
    }

    private static void refuse(String option) {
        throw invalid(option);
    }

    private static EngineException invalid(String option) {
        return new EngineException(EngineException.Kind.INVALID, "invalid --security-opt 2: \"" + option + "\"");
    }
}
