package io.gantry.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code top port wait rename update prune}. */
final class ContainerInfo {
    private ContainerInfo() {}

    static Command build(String name) {
        return switch (name) {
            case "top" ->
                Command.of(
                                "container top",
                                "CONTAINER [ps OPTIONS]",
                                "Display the running processes of a container",
                                1,
                                Command.ANY,
                                "",
                                ContainerInfo::top)
                        .known("container top", "top")
                        .takingCommandLine();
            case "port" ->
                Command.of(
                                "container port",
                                "CONTAINER [PRIVATE_PORT[/PROTO]]",
                                "List port mappings or a specific mapping for the container",
                                1,
                                2,
                                "",
                                ContainerInfo::port)
                        .known("container port", "port");
            case "wait" ->
                Command.of(
                                "container wait",
                                "CONTAINER [CONTAINER...]",
                                "Block until one or more containers stop, then print their exit codes",
                                1,
                                Command.ANY,
                                "",
                                ContainerInfo::waitFor)
                        .known("container wait", "wait");
            case "rename" ->
                Command.of(
                                "container rename",
                                "CONTAINER NEW_NAME",
                                "Rename a container",
                                2,
                                2,
                                "",
                                ContainerInfo::rename)
                        .known("container rename", "rename");
            case "update" ->
                Command.of(
                                "container update",
                                "CONTAINER [CONTAINER...]",
                                "Update configuration of one or more containers",
                                1,
                                Command.ANY,
                                """
                                --blkio-weight uint16 | Block IO weight, 10 to 1000, 0 for none (default 0)
                                --cpu-period int | Length of a CFS scheduler period, in microseconds
                                --cpu-quota int | CPU time per CFS scheduler period, in microseconds
                                --cpu-rt-period int | Length of a real-time scheduler period, in microseconds
                                --cpu-rt-runtime int | Real-time CPU time per period, in microseconds
                                -c, --cpu-shares int | CPU shares (relative weight)
                                --cpus decimal | Number of CPUs
                                --cpuset-cpus string | CPUs that may be used (0-3, 0,1)
                                --cpuset-mems string | Memory nodes that may be used (0-3, 0,1)
                                -m, --memory bytes | Memory limit
                                --memory-reservation bytes | Soft memory limit
                                --memory-swap bytes:memory-swap | Limit of memory and swap together, -1 for unlimited swap
                                --pids-limit int | Limit of processes, -1 for unlimited
                                --restart string | When to restart
                                """,
                                ContainerInfo::update)
                        .known("container update", "update");
            default -> Prune.container();
        };
    }

    private static String path(String container) {
        return "/containers/" + Query.encode(container);
    }

    private static int top(Invocation flags, Session session) throws IOException {
        List<String> options = flags.arguments().subList(1, flags.arguments().size());
        Query query = new Query().optional("ps_args", String.join(" ", options));
        Json processes = session.api().getJson(path(flags.argument(0)) + "/top" + query);
        Table table = Table.wide().row(processes.texts("Titles"));
        processes.list("Processes").forEach(process -> table.row(process.texts()));
        table.print(session.out());
        return 0;
    }

    private static int port(Invocation flags, Session session) throws IOException {
        Json container = session.api().getJson(path(flags.argument(0)) + "/json");
        Map<String, Json> ports = container.members("NetworkSettings", "Ports");
        List<String> lines = new ArrayList<>();
        if (flags.arguments().size() > 1) {
            String wanted = flags.argument(1);
            for (Json binding : ports.getOrDefault(portKey(wanted), Json.NONE).list()) {
                lines.add(address(binding));
            }
            if (lines.isEmpty()) {
                throw new UsageException("Error: No public port '" + wanted + "' published for " + flags.argument(0));
            }
        } else {
            for (Map.Entry<String, Json> port : ports.entrySet()) {
                for (Json binding : port.getValue().list()) {
                    lines.add(port.getKey() + " -> " + address(binding));
                }
            }
        }
        lines.sort(new NaturalOrder());
        for (String line : lines) {
            session.out().println(line);
        }
        return 0;
    }

    /** {@code port[/protocol]} as the daemon's key. */
    private static String portKey(String wanted) {
        int slash = wanted.indexOf('/');
        String number = slash < 0 ? wanted : wanted.substring(0, slash);
        try {
            GoInteger.port(number);
        } catch (IllegalArgumentException e) {
            throw new UsageException("Error: invalid port (" + number + "): " + e.getMessage());
        }
        boolean plain = slash < 0 || slash == wanted.length() - 1;
        return number + "/" + (plain ? "tcp" : wanted.substring(slash + 1));
    }

    private static String address(Json binding) {
        String host = binding.text("HostIp");
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + binding.text("HostPort");
    }

    private static int waitFor(Invocation flags, Session session) throws IOException {
        return ContainerLife.each(flags.arguments(), session, name -> {
            Json result = session.api().post(path(name) + "/wait", null);
            session.out().println(result.number("StatusCode"));
            session.out().flush();
        });
    }

    private static int rename(Invocation flags, Session session) throws IOException {
        if (flags.argument(0).isEmpty() || flags.argument(1).isEmpty()) {
            throw new UsageException("Error: Neither old nor new names may be empty");
        }
        Query query = new Query().add("name", flags.argument(1));
        try {
            session.api()
                    .request("POST", path(flags.argument(0)) + "/rename" + query, null)
                    .close();
        } catch (ApiException e) {
            throw new CommandException(
                    1, e.getMessage() + "\nError: failed to rename container named " + flags.argument(0));
        }
        return 0;
    }

    private static int update(Invocation flags, Session session) throws IOException {
        if (flags.values().isEmpty()) {
            throw new UsageException("you must provide one or more flags when using this command");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        ResourceFlags.limits(flags, body);
        if (flags.given("restart")) {
            body.put("RestartPolicy", ContainerSpec.restart(flags.text("restart")));
        }
        return ContainerLife.each(flags.arguments(), session, name -> {
            Json updated = session.api().post(path(name) + "/update", body);
            session.out().println(name);
            updated.texts("Warnings").forEach(session.out()::println);
        });
    }
}
