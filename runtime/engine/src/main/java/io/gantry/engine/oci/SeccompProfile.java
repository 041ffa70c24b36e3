package io.gantry.engine.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A seccomp profile in Docker's format: the OCI specification's, with architectures by {@code archMap}, and rules that
 * hold only with or without certain capabilities, architectures or kernel versions ({@code includes}, {@code excludes}).
 */
final class SeccompProfile {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, String> ARCHITECTURES = Map.of(
            "amd64", "SCMP_ARCH_X86_64",
            "arm64", "SCMP_ARCH_AARCH64",
            "s390x", "SCMP_ARCH_S390X",
            "ppc64le", "SCMP_ARCH_PPC64LE",
            "riscv64", "SCMP_ARCH_RISCV64");

    private final JsonNode profile;

    private SeccompProfile(JsonNode profile) {
        this.profile = profile;
    }

    /** Our own, which refuses what containers do not need and the kernel has had trouble with. */
    static SeccompProfile standard() {
        return Standard.PROFILE;
    }

    private static final class Standard {
        static final SeccompProfile PROFILE = load();

        private static SeccompProfile load() {
            try (InputStream in = SeccompProfile.class.getResourceAsStream("seccomp.json")) {
                return new SeccompProfile(JSON.readTree(in));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the default seccomp profile", e);
            }
        }
    }

    /**
     * A user's.
     *
     * @throws EngineException if it is not a profile
     */
    static SeccompProfile parse(String json) {
        try {
            JsonNode profile = JSON.readTree(json.getBytes(StandardCharsets.UTF_8));
            if (!profile.path("defaultAction").isTextual()) {
                throw invalid("it has no defaultAction");
            }
            if (profile.path("architectures").size() > 0
                    && profile.path("archMap").size() > 0) {
                throw invalid("both 'architectures' and 'archMap' are specified in the seccomp profile, use either "
                        + "'architectures' or 'archMap'");
            }
            return new SeccompProfile(profile);
        } catch (JsonProcessingException e) {
            throw invalid(e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EngineException invalid(String reason) {
        return new EngineException(EngineException.Kind.INVALID, "decoding seccomp profile failed: " + reason);
    }

    /**
     * {@code linux.seccomp} for a container.
     *
     * @param capabilities that it has
     * @param architecture in Go's words: {@code amd64}, {@code arm64}
     * @param kernel its version, major and minor
     */
    ObjectNode forContainer(Collection<String> capabilities, String architecture, List<Integer> kernel) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        for (String field : List.of("defaultAction", "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata")) {
            if (profile.hasNonNull(field)) {
                result.set(field, profile.get(field));
            }
        }
        result.set("architectures", architectures(architecture));
        ArrayNode rules = result.putArray("syscalls");
        for (JsonNode rule : profile.path("syscalls")) {
            if (applies(rule, capabilities, architecture, kernel)) {
                rules.add(rule(rule));
            }
        }
        return result;
    }

    private ArrayNode architectures(String architecture) {
        ArrayNode result = JsonNodeFactory.instance.arrayNode();
        profile.path("architectures").forEach(result::add);
        for (JsonNode entry : profile.path("archMap")) {
            if (entry.path("architecture").asText().equals(ARCHITECTURES.get(architecture))) {
                result.add(entry.get("architecture"));
                entry.path("subArchitectures").forEach(result::add);
            }
        }
        return result;
    }

    private static boolean applies(
            JsonNode rule, Collection<String> capabilities, String architecture, List<Integer> kernel) {
        JsonNode includes = rule.path("includes");
        JsonNode excludes = rule.path("excludes");
        for (JsonNode capability : includes.path("caps")) {
            if (!capabilities.contains(capability.asText())) {
                return false;
            }
        }
        for (JsonNode capability : excludes.path("caps")) {
            if (capabilities.contains(capability.asText())) {
                return false;
            }
        }
        boolean hasKernel = !includes.hasNonNull("minKernel")
                || atLeast(kernel, includes.get("minKernel").asText());
        boolean tooNew = excludes.hasNonNull("minKernel")
                && atLeast(kernel, excludes.get("minKernel").asText());
        boolean hasArchitecture = includes.path("arches").isEmpty() || contains(includes.path("arches"), architecture);
        return hasKernel && !tooNew && hasArchitecture && !contains(excludes.path("arches"), architecture);
    }

    private static boolean contains(JsonNode array, String text) {
        for (JsonNode element : array) {
            if (element.asText().equals(text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean atLeast(List<Integer> kernel, String wanted) {
        String[] parts = wanted.split("\\.");
        try {
            int major = Integer.parseInt(parts[0]);
            int minor = Integer.parseInt(parts[1]);
            return kernel.get(0) > major || (kernel.get(0) == major && kernel.get(1) >= minor);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw invalid("minKernel \"" + wanted + "\" is not of the form major.minor");
        }
    }

    /** Without the conditions, which OCI runtimes do not know, and in the one form of naming they have. */
    private static ObjectNode rule(JsonNode rule) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        if (rule.hasNonNull("name")) {
            if (rule.path("names").size() > 0) {
                throw invalid(
                        "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'");
            }
            result.putArray("names").add(rule.get("name"));
        } else {
            result.set("names", rule.path("names"));
        }
        result.set("action", rule.path("action"));
        if (rule.hasNonNull("errnoRet")) {
            result.set("errnoRet", rule.get("errnoRet"));
        }
        if (rule.path("args").size() > 0) {
            result.set("args", rule.get("args"));
        }
        return result;
    }
}
