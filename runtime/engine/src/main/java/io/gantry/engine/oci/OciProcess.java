package io.gantry.engine.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.Ulimit;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code process}: of a container's first process, and of any that joins it. */
final class OciProcess {
    private static final Set<String> LIMITS = Set.of(
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    private OciProcess() {}

    static ObjectNode of(
            OciRequest.ProcessRequest request,
            List<String> args,
            ContainerUser user,
            List<String> capabilities,
            boolean noNewPrivileges) {
        if (args.isEmpty()) {
            throw new EngineException(EngineException.Kind.INVALID, "no command specified");
        }
        ObjectNode process = JsonNodeFactory.instance.objectNode();
        process.put("terminal", request.tty());
        request.consoleSize()
                .filter(size -> request.tty() && size.rows() > 0 && size.columns() > 0)
                .ifPresent(size -> process.putObject("consoleSize")
                        .put("height", size.rows())
                        .put("width", size.columns()));
        ObjectNode account = process.putObject("user").put("uid", user.uid()).put("gid", user.gid());
        user.groups().forEach(account.putArray("additionalGids")::add);
        args.forEach(process.putArray("args")::add);
        request.env().forEach(process.putArray("env")::add);
        process.put("cwd", request.cwd().isEmpty() ? "/" : request.cwd());
        process.set("capabilities", capabilities(capabilities, user));
        ArrayNode limits = process.putArray("rlimits");
        request.ulimits().forEach(limit -> limits.add(limit(limit)));
        process.put("noNewPrivileges", noNewPrivileges);
        process.put("oomScoreAdj", request.oomScoreAdj());
        return process;
    }

    /** Another user than root gets them by set-user-id programs only, as {@code execve(2)} would have it. */
    private static ObjectNode capabilities(List<String> names, ContainerUser user) {
        ObjectNode sets = JsonNodeFactory.instance.objectNode();
        names.forEach(sets.putArray("bounding")::add);
        if (user.uid() == 0) {
            names.forEach(sets.putArray("effective")::add);
            names.forEach(sets.putArray("permitted")::add);
        }
        return sets;
    }

    private static ObjectNode limit(Ulimit limit) {
        String name = limit.name().toLowerCase(Locale.ROOT);
        if (!LIMITS.contains(name)) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid ulimit type: " + limit.name());
        }
        if (limit.hard() >= 0 && (limit.soft() < 0 || limit.soft() > limit.hard())) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "ulimit soft limit must be less than or equal to hard limit: " + limit.soft() + " > "
                            + limit.hard());
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "RLIMIT_" + name.toUpperCase(Locale.ROOT))
                .put("hard", unsigned(limit.hard()))
                .put("soft", unsigned(limit.soft()));
    }

    /** RLIM_INFINITY is all bits set, and the specification's numbers are unsigned. */
    private static BigInteger unsigned(long value) {
        return value < 0 ? BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE) : BigInteger.valueOf(value);
    }
}
