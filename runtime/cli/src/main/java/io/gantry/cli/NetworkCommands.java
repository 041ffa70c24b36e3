package io.gantry.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code network …}. */
final class NetworkCommands {
    private static final Listing NETWORKS = Listing.of(
            "*network.networkContext",
            "ID=NETWORK ID,Name=NAME,Driver=DRIVER,Scope=SCOPE,IPv4=IPV4,IPv6=IPV6,Internal=INTERNAL,Labels=LABELS,CreatedAt=CREATED AT",
            "ID,Name,Driver,Scope");

    private NetworkCommands() {}

    static Command build(String name) {
        return switch (name) {
            case "ls" ->
                Command.of("network ls", "", "List networks", 0, 0, """
                                -f, --filter filter | Show only what fits (key=value)
                                --format string | table, json, 'table TEMPLATE' or a Go template
                                --no-trunc | Show values in full
                                -q, --quiet | Show IDs only
                                """, NetworkCommands::list)
                        .known("network ls", "network list");
            case "create" ->
                Command.of("network create", "NETWORK", "Create a network", 1, 1, """
                                --attachable | Let containers attach by hand
                                --aux-address map | Addresses the driver uses itself
                                --config-from string | Network to copy the configuration from
                                --config-only | Create a configuration only
                                -d, --driver string | Network driver (default "bridge")
                                --gateway list | Gateway of a subnet
                                --ingress | Create the cluster's routing network
                                --internal | Let nothing out
                                --ip-range list | Range within a subnet that addresses come from
                                --ipam-driver string | Driver that manages addresses (default "default")
                                --ipam-opt map | Option of that driver
                                --ipv4 | Give IPv4 addresses (default true)
                                --ipv6 | Give IPv6 addresses
                                --label list:label | Set a label
                                -o, --opt map | Option of the network driver
                                --scope string | Scope of the network
                                --subnet list | Subnet in CIDR notation
                                """, (flags, session) -> {
                            Json created = session.api().post("/networks/create", NetworkSpec.of(flags));
                            session.out().println(created.text("Id"));
                            return 0;
                        })
                        .known("network create");
            case "rm" ->
                Command.of(
                                "network rm",
                                "NETWORK [NETWORK...]",
                                "Remove one or more networks",
                                1,
                                Command.ANY,
                                "-f, --force | Do not fail if the network does not exist",
                                NetworkCommands::remove)
                        .known("network rm", "network remove");
            case "connect" ->
                Command.of(
                                "network connect",
                                "NETWORK CONTAINER",
                                "Connect a container to a network",
                                2,
                                2,
                                """
                                --alias list | Another name of the container in the network
                                --driver-opt list | Option of the network driver
                                --gw-priority int | Preference of this network's gateway
                                --ip string | IPv4 address
                                --ip6 string | IPv6 address
                                --link list:link | Link to another container
                                --link-local-ip list | Link-local address
                                """,
                                NetworkCommands::connect)
                        .known("network connect");
            case "disconnect" ->
                Command.of(
                                "network disconnect",
                                "NETWORK CONTAINER",
                                "Disconnect a container from a network",
                                2,
                                2,
                                "-f, --force | Disconnect whatever happens",
                                (flags, session) -> {
                                    Map<String, Object> body = new LinkedHashMap<>();
                                    body.put("Container", flags.argument(1));
                                    body.put("Force", flags.on("force"));
                                    session.api().post(path(flags.argument(0)) + "/disconnect", body);
                                    return 0;
                                })
                        .known("network disconnect");
            case "prune" -> Prune.network();
            default -> InspectCommand.of("network");
        };
    }

    private static String path(String network) {
        return "/networks/" + Query.encode(network);
    }

    private static int list(Invocation flags, Session session) throws IOException {
        List<Json> networks = new ArrayList<>(session.api()
                .getJson("/networks" + Filters.add(new Query(), flags.list("filter")))
                .list());
        networks.sort(Comparator.comparing(network -> network.text("Name"), new NaturalOrder()));
        boolean full = flags.on("no-trunc");
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Json network : networks) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("ID", full ? network.text("Id") : ContainerList.shortId(network.text("Id")));
            row.put("Name", network.text("Name"));
            row.put("Driver", network.text("Driver"));
            row.put("Scope", network.text("Scope"));
            row.put("IPv4", Boolean.toString(network.flag("EnableIPv4")));
            row.put("IPv6", Boolean.toString(network.flag("EnableIPv6")));
            row.put("Internal", Boolean.toString(network.flag("Internal")));
            row.put("Labels", labels(network));
            row.put("Label", new Listing.LabelOf(network));
            row.put("CreatedAt", new ShownTime.Rfc(network.text("Created")));
            rows.add(row);
        }
        if (flags.on("quiet") && flags.text("format").isEmpty()) {
            rows.forEach(row -> session.out().println(row.get("ID")));
        } else {
            NETWORKS.print(session.out(), flags.text("format"), rows);
        }
        return 0;
    }

    static String labels(Json object) {
        List<String> pairs = new ArrayList<>();
        object.sorted("Labels").forEach((name, value) -> pairs.add(name + "=" + value.text()));
        return String.join(",", pairs);
    }

    private static int remove(Invocation flags, Session session) throws IOException {
        int code = 0;
        for (String network : flags.arguments()) {
            try {
                session.api().delete(path(network));
                session.out().println(network);
            } catch (ApiException e) {
                if (!flags.on("force") || e.status() != 404) {
                    session.err().println(e.getMessage());
                    code = 1;
                }
            }
        }
        if (code != 0) {
            session.out().flush();
            session.err().print("exit status 1\n");
        }
        return code;
    }

    private static int connect(Invocation flags, Session session) throws IOException {
        Map<String, Object> endpoint = new LinkedHashMap<>();
        Map<String, Object> ipam = new LinkedHashMap<>();
        if (flags.given("ip")) {
            ipam.put("IPv4Address", flags.text("ip"));
        }
        if (flags.given("ip6")) {
            ipam.put("IPv6Address", flags.text("ip6"));
        }
        if (flags.given("link-local-ip")) {
            ipam.put("LinkLocalIPs", flags.list("link-local-ip"));
        }
        endpoint.put("IPAMConfig", ipam);
        endpoint.put("Links", flags.list("link"));
        endpoint.put("Aliases", flags.list("alias"));
        for (String option : flags.list("driver-opt")) {
            if (option.indexOf('=') <= 0) {
                throw new UsageException("invalid key/value pair format in driver options");
            }
        }
        endpoint.put("DriverOpts", ContainerSpec.pairs(flags.list("driver-opt")));
        if (flags.given("gw-priority")) {
            endpoint.put("GwPriority", flags.number("gw-priority", 0));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("Container", flags.argument(1));
        body.put("EndpointConfig", endpoint);
        session.api().post(path(flags.argument(0)) + "/connect", body);
        return 0;
    }
}
