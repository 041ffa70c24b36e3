package io.gantry.cli;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code stats}. */
final class StatsCommand {
    private static final Listing STATS = Listing.of(
            "*container.statsContext",
            "Container=CONTAINER,ID=CONTAINER ID,Name=NAME,CPUPerc=CPU %,MemUsage=MEM USAGE / LIMIT,MemPerc=MEM %,NetIO=NET I/O,"
                    + "BlockIO=BLOCK I/O,PIDs=PIDS",
            "ID,Name,CPUPerc,MemUsage,MemPerc,NetIO,BlockIO,PIDs");

    private StatsCommand() {}

    static Command command() {
        return Command.of(
                        "container stats",
                        "[CONTAINER...]",
                        "Display a live stream of container(s) resource usage statistics",
                        0,
                        Command.ANY,
                        """
                        -a, --all | Show all containers, not only those that run
                        --format string | table, json, 'table TEMPLATE' or a Go template
                        --no-stream | Show one reading and end
                        --no-trunc | Show values in full
                        """,
                        StatsCommand::run)
                .known("container stats", "stats");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        boolean once = flags.on("no-stream");
        while (true) {
            List<String> names = flags.arguments();
            if (names.isEmpty()) {
                Query query = new Query().flag("all", flags.on("all"));
                names = session.api().getJson("/containers/json" + query).list().stream()
                        .map(container -> container.text("Id"))
                        .toList();
            }
            List<Map<String, Object>> rows = rows(names, flags, session);
            if (!once && session.terminalOutput()) {
                session.out().print("\033[H\033[J");
            }
            STATS.print(session.out(), flags.text("format"), rows);
            session.out().flush();
            if (once || session.out().checkError()) {
                return 0;
            }
        }
    }

    /** One reading of each; all are asked before the first answer is read, as each takes the daemon a second. */
    private static List<Map<String, Object>> rows(List<String> names, Invocation flags, Session session)
            throws IOException {
        Map<String, ApiClient.Exchange> asked = new LinkedHashMap<>();
        for (String name : names) {
            String path = "/containers/" + Query.encode(name) + "/stats?stream=0";
            asked.put(name, session.api().start("GET", path, Map.of(), null));
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map.Entry<String, ApiClient.Exchange> each : asked.entrySet()) {
            try (ApiClient.Exchange exchange = each.getValue().await();
                    JsonParser parser = Json.stream(exchange.body())) {
                rows.add(row(each.getKey(), Json.next(parser), flags.on("no-trunc")));
            }
        }
        return rows;
    }

    private static Map<String, Object> row(String asked, Json stats, boolean full) {
        Map<String, Object> row = new LinkedHashMap<>();
        double used = memory(stats);
        double limit = stats.real("memory_stats", "limit");
        row.put("Container", asked);
        row.put("ID", full ? stats.text("id") : ContainerList.shortId(stats.text("id")));
        row.put("Name", stats.text("name").replaceFirst("^/", ""));
        row.put("CPUPerc", percent(cpu(stats)));
        row.put("MemUsage", HumanUnits.binary(used) + " / " + HumanUnits.binary(limit));
        row.put("MemPerc", percent(limit == 0 ? 0 : used / limit * 100));
        row.put("NetIO", network(stats));
        row.put("BlockIO", blocks(stats));
        row.put("PIDs", Long.toString(stats.number("pids_stats", "current")));
        return row;
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f%%", value);
    }

    /** The container's share of the time that passed on all CPUs, times their number. */
    private static double cpu(Json stats) {
        double own = stats.real("cpu_stats", "cpu_usage", "total_usage")
                - stats.real("precpu_stats", "cpu_usage", "total_usage");
        double all = stats.real("cpu_stats", "system_cpu_usage") - stats.real("precpu_stats", "system_cpu_usage");
        double cpus = stats.real("cpu_stats", "online_cpus");
        if (cpus == 0) {
            cpus = stats.list("cpu_stats", "cpu_usage", "percpu_usage").size();
        }
        return own > 0 && all > 0 ? own / all * cpus * 100 : 0;
    }

    /** Without the page cache that can be given back: total_inactive_file on cgroup v1, inactive_file on v2. */
    private static double memory(Json stats) {
        double usage = stats.real("memory_stats", "usage");
        for (String key : List.of("total_inactive_file", "inactive_file")) {
            Json cache = stats.at("memory_stats", "stats", key);
            if (cache.exists() && cache.real() < usage) {
                return usage - cache.real();
            }
        }
        return usage;
    }

    private static String network(Json stats) {
        double received = 0;
        double sent = 0;
        for (Json each : stats.members("networks").values()) {
            received += each.real("rx_bytes");
            sent += each.real("tx_bytes");
        }
        return HumanUnits.decimal(received, 3) + " / " + HumanUnits.decimal(sent, 3);
    }

    private static String blocks(Json stats) {
        double read = 0;
        double written = 0;
        for (Json entry : stats.list("blkio_stats", "io_service_bytes_recursive")) {
            String op = entry.text("op");
            if (op.startsWith("r") || op.startsWith("R")) {
                read += entry.real("value");
            } else if (op.startsWith("w") || op.startsWith("W")) {
                written += entry.real("value");
            }
        }
        return HumanUnits.decimal(read, 3) + " / " + HumanUnits.decimal(written, 3);
    }
}
