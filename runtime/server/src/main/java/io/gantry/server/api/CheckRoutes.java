package io.gantry.server.api;

import io.gantry.engine.Checks;
import io.gantry.engine.Checks.Examined;
import io.gantry.engine.Checks.Fault;
import io.gantry.engine.Checks.Report;
import io.gantry.engine.EngineException;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.Query;
import io.gantry.spi.DriverException;
import java.io.IOException;
import java.util.Locale;

/** {@code POST /gantry/v1/check?driver=NAME&quick=1&repair=1}: lines of {@code {"status":TEXT}}, then one with {@code Drivers}, {@code Faults} and {@code Clean}. */
final class CheckRoutes {
    private final Checks checks;
    private final JsonBody json;

    CheckRoutes(Checks checks, JsonBody json) {
        this.checks = checks;
        this.json = json;
    }

    void add(Router.Builder routes) {
        routes.post("/gantry/v1/check", this::check);
    }

    private void check(Exchange exchange) throws IOException {
        Query query = exchange.query();
        Checks.Request request = new Checks.Request(
                query.given("driver").filter(name -> !name.isEmpty()), query.flag("quick"), query.flag("repair"));
        ProgressStream progress = new ProgressStream(exchange, json);
        try {
            progress.line(view(checks.check(request, line -> progress.line(new View().put("status", line)))));
        } catch (EngineException | DriverException e) {
            if (exchange.isAnswered()) {
                progress.failed(e.getMessage());
                return;
            }
            throw e;
        }
        progress.close();
    }

    private static View view(Report report) {
        return new View()
                .put(
                        "Drivers",
                        report.examined().stream().map(CheckRoutes::view).toList())
                .put("Faults", report.faults().stream().map(CheckRoutes::view).toList())
                .put("Clean", report.isClean());
    }

    private static View view(Examined examined) {
        return new View()
                .put("Driver", examined.driver())
                .put("Layers", examined.layers())
                .put("Problem", examined.problem().orElse(""));
    }

    private static View view(Fault fault) {
        return new View()
                .put("Driver", fault.driver())
                .put("Kind", word(fault.kind()))
                .put("Layer", fault.layer())
                .put("Detail", fault.detail())
                .put("Remedy", fault.remedy())
                .put("Outcome", word(fault.outcome()));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
