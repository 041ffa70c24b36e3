package io.gantry.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code info}: the daemon's rows in Docker's words and order. */
final class InfoCommand {
    private final Json info;
    private final PrintStream out;

    private InfoCommand(Json info, PrintStream out) {
        this.info = info;
        this.out = out;
    }

    static Command command() {
        return Command.of(
                        "system info",
                        "",
                        "Display system-wide information",
                        0,
                        0,
                        "-f, --format string | json or a Go template",
                        InfoCommand::run)
                .known("system info", "info");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        Optional<CommandException> failure = Optional.empty();
        Json info = Json.NONE;
        try {
            info = session.api().getJson("/info");
        } catch (CommandException e) {
            failure = Optional.of(e);
        }
        String format = flags.text("format");
        if (!format.isEmpty()) {
            Map<String, Object> all = new LinkedHashMap<>();
            info.members().forEach((name, value) -> all.put(name, value.value()));
            Map<String, Object> client = new LinkedHashMap<>();
            client.put("Debug", false);
            client.put("Version", VersionCommand.CLIENT_VERSION);
            client.put("Context", "default");
            all.put("ClientInfo", client);
            session.out()
                    .println(
                            format.equals("json")
                                    ? Json.write(all)
                                    : GoTemplate.parse(Listing.unescape(format)).render(all));
        } else {
            session.out()
                    .println("Client:\n Version:    " + VersionCommand.CLIENT_VERSION
                            + "\n Context:    default\n Debug Mode: false\n\nServer:");
            if (info.exists()) {
                new InfoCommand(info, session.out()).print();
                session.out().println();
                session.out().flush();
                info.texts("Warnings").forEach(session.err()::println);
            }
        }
        session.out().flush();
        if (failure.isPresent()) {
            if (!format.isEmpty()) {
                throw failure.get();
            }
            session.err().println("ERROR: " + failure.get().getMessage() + "\nerrors pretty printing info");
            return 1;
        }
        return 0;
    }

    private void print() {
        row("Containers", info.text("Containers"));
        row(" Running", info.text("ContainersRunning"));
        row(" Paused", info.text("ContainersPaused"));
        row(" Stopped", info.text("ContainersStopped"));
        row("Images", info.text("Images"));
        optional("Server Version", "ServerVersion");
        row("Storage Driver", info.text("Driver"));
        pairs("DriverStatus", "  ");
        pairs("SystemStatus", " ");
        optional("Logging Driver", "LoggingDriver");
        optional("Cgroup Driver", "CgroupDriver");
        optional("Cgroup Version", "CgroupVersion");
        out.println(" Plugins:");
        plugins("Volume");
        plugins("Network");
        if (!info.list("Plugins", "Authorization").isEmpty()) {
            plugins("Authorization");
        }
        plugins("Log");
        row("Swarm", swarm());
        runtimes();
        optional("Init Binary", "InitBinary");
        commit("containerd", "ContainerdCommit");
        commit("runc", "RuncCommit");
        commit("init", "InitCommit");
        security();
        optional("Kernel Version", "KernelVersion");
        optional("Operating System", "OperatingSystem");
        optional("OSType", "OSType");
        optional("Architecture", "Architecture");
        row("CPUs", info.text("NCPU"));
        row("Total Memory", HumanUnits.binary(info.number("MemTotal")));
        optional("Name", "Name");
        optional("ID", "ID");
        optional("Docker Root Dir", "DockerRootDir");
        row("Debug Mode", info.at("Debug").exists() ? info.text("Debug") : "false");
        optional("HTTP Proxy", "HttpProxy");
        optional("HTTPS Proxy", "HttpsProxy");
        optional("No Proxy", "NoProxy");
        labels();
        row("Experimental", info.at("ExperimentalBuild").exists() ? info.text("ExperimentalBuild") : "false");
        registries();
        row("Live Restore Enabled", info.at("LiveRestoreEnabled").exists() ? info.text("LiveRestoreEnabled") : "false");
        optional("Product License", "ProductLicense");
        pools();
    }

    private void row(String name, String value) {
        out.println(" " + name + ": " + value);
    }

    private void optional(String name, String field) {
        String value = info.text(field);
        if (!value.isEmpty()) {
            row(name, value);
        }
    }

    private void pairs(String field, String indent) {
        for (Json pair : info.list(field)) {
            List<String> texts = pair.texts();
            if (texts.size() > 1) {
                out.println(indent + texts.get(0) + ": " + texts.get(1));
            }
        }
    }

    private void plugins(String kind) {
        out.println("  " + kind + ": " + String.join(" ", info.texts("Plugins", kind)));
    }

    private String swarm() {
        String state = info.text("Swarm", "LocalNodeState");
        return state.isEmpty() ? "inactive" : state;
    }

    private void runtimes() {
        if (!info.members("Runtimes").isEmpty()) {
            row("Runtimes", String.join(" ", info.sorted("Runtimes").keySet()));
            row("Default Runtime", info.text("DefaultRuntime"));
        }
    }

    private void commit(String name, String field) {
        if (info.at(field).exists()) {
            String id = info.text(field, "ID");
            String expected = info.text(field, "Expected");
            boolean differs = !expected.isEmpty() && !id.equals(expected);
            row(name + " version", id + (differs ? " (expected: " + expected + ")" : ""));
        }
    }

    /** {@code name=seccomp,profile=default}: the name, and its other keys below. */
    private void security() {
        List<String> options = info.texts("SecurityOptions");
        if (options.isEmpty()) {
            return;
        }
        out.println(" Security Options:");
        for (String option : options) {
            Map<String, String> keys = ContainerSpec.pairs(Csv.fields(option));
            out.println("  " + keys.getOrDefault("name", option));
            keys.forEach((key, value) -> {
                if (key.equals("profile")) {
                    out.println("   Profile: " + value);
                }
            });
        }
    }

    private void labels() {
        if (!info.list("Labels").isEmpty()) {
            out.println(" Labels:");
            info.texts("Labels").forEach(label -> out.println("  " + label));
        }
    }

    private void registries() {
        Map<String, Json> indexes = info.sorted("RegistryConfig", "IndexConfigs");
        List<String> networks = info.texts("RegistryConfig", "InsecureRegistryCIDRs");
        if (networks.isEmpty() && indexes.isEmpty()) {
            return;
        }
        out.println(" Insecure Registries:");
        indexes.forEach((name, registry) -> {
            if (!registry.flag("Secure")) {
                out.println("  " + name);
            }
        });
        networks.forEach(network -> out.println("  " + network));
    }

    private void pools() {
        List<Json> pools = info.list("DefaultAddressPools");
        if (!pools.isEmpty()) {
            out.println(" Default Address Pools:");
            pools.forEach(pool -> out.println("   Base: " + pool.text("Base") + ", Size: " + pool.text("Size")));
        }
    }
}
