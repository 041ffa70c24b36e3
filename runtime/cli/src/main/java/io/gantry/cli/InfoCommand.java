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
        String format = flags.text("format");
        Optional<GoTemplate> template = format.isEmpty() || format.equals("json")
                ? Optional.empty()
                : Optional.of(InspectCommand.parse(format, ""));
        String failure = "";
        Json info = Json.NONE;
        try {
            info = session.api().getJson("/info");
        } catch (CommandException | ApiException e) {
            failure = e.getMessage();
        }
        if (!format.isEmpty()) {
            formatted(session, template, info);
            if (!failure.isEmpty()) {
                throw new CommandException(failure);
            }
            return 0;
        }
        session.out()
                .println("Client:\n Version:    " + VersionCommand.CLIENT_VERSION
                        + "\n Context:    default\n Debug Mode: false\n\nServer:");
        if (!failure.isEmpty()) {
            session.out().flush();
            session.err().println("ERROR: " + failure + "\nerrors pretty printing info");
            return 1;
        }
        new InfoCommand(info, session.out()).print();
        session.out().println();
        session.out().flush();
        info.texts("Warnings").forEach(session.err()::println);
        return 0;
    }

    private static void formatted(Session session, Optional<GoTemplate> template, Json info) {
        Map<String, Object> all = new LinkedHashMap<>();
        info.members().forEach((name, value) -> all.put(name, value.value()));
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("Debug", false);
        client.put("Version", VersionCommand.CLIENT_VERSION);
        client.put("Context", "default");
        all.put("ClientInfo", client);
        if (template.isEmpty()) {
            session.out().println(Json.write(all));
            return;
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        if (TemplateData.of(all) instanceof Map<?, ?> data) {
            data.forEach((name, value) -> fields.put((String) name, value));
        }
        try {
            session.out().println(template.get().render(new TemplateData.Row("system.dockerInfo", fields, all)));
        } catch (TemplateException e) {
            session.out().println();
            throw new CommandException(e.getMessage());
        }
    }

    private void print() {
        row("Containers", count("Containers"));
        row(" Running", count("ContainersRunning"));
        row(" Paused", count("ContainersPaused"));
        row(" Stopped", count("ContainersStopped"));
        row("Images", count("Images"));
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
        if (info.text("OSType").equals("linux")) {
            row("Init Binary", info.text("InitBinary"));
            row("containerd version", info.text("ContainerdCommit", "ID"));
            row("runc version", info.text("RuncCommit", "ID"));
            row("init version", info.text("InitCommit", "ID"));
        }
        security();
        optional("Kernel Version", "KernelVersion");
        optional("Operating System", "OperatingSystem");
        optional("OSType", "OSType");
        optional("Architecture", "Architecture");
        row("CPUs", count("NCPU"));
        row("Total Memory", HumanUnits.binary(info.number("MemTotal")));
        optional("Name", "Name");
        optional("ID", "ID");
        row("Docker Root Dir", info.text("DockerRootDir"));
        row("Debug Mode", Boolean.toString(info.flag("Debug")));
        if (info.flag("Debug")) {
            row(" File Descriptors", count("NFd"));
            row(" Goroutines", count("NGoroutines"));
            row(" System Time", info.text("SystemTime"));
            row(" EventsListeners", count("NEventsListener"));
        }
        optional("HTTP Proxy", "HttpProxy");
        optional("HTTPS Proxy", "HttpsProxy");
        optional("No Proxy", "NoProxy");
        labels();
        row("Experimental", Boolean.toString(info.flag("ExperimentalBuild")));
        registries();
        row("Live Restore Enabled", Boolean.toString(info.flag("LiveRestoreEnabled")));
        optional("Product License", "ProductLicense");
        pools();
    }

    private String count(String field) {
        return Long.toString(info.number(field));
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
        if (!networks.isEmpty() || !indexes.isEmpty()) {
            out.println(" Insecure Registries:");
            indexes.forEach((name, registry) -> {
                if (!registry.flag("Secure")) {
                    out.println("  " + name);
                }
            });
            networks.forEach(network -> out.println("  " + network));
        }
        List<String> mirrors = info.texts("RegistryConfig", "Mirrors");
        if (!mirrors.isEmpty()) {
            out.println(" Registry Mirrors:");
            mirrors.forEach(mirror -> out.println("  " + mirror));
        }
    }

    private void pools() {
        List<Json> pools = info.list("DefaultAddressPools");
        if (!pools.isEmpty()) {
            out.println(" Default Address Pools:");
            pools.forEach(pool -> out.println("   Base: " + pool.text("Base") + ", Size: " + pool.text("Size")));
        }
    }
}
