package io.gantry.server.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gantry.server.http.ApiVersion;
import io.gantry.server.http.Dispatcher;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.Handler;
import io.gantry.server.http.Handling;
import io.gantry.server.http.RequestHead;
import io.gantry.spi.DriverException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Docker's remote plug-in protocol over HTTP: a POST with a JSON object to each method's name. An error is an answer with the member {@code Err}. */
public final class RemoteProtocol implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteProtocol.class);
    private static final String TYPE = "application/vnd.docker.plugins.v1.2+json";
    private static final int MAX_BYTES = 4 << 20;

    private final ObjectMapper mapper = JsonMapper.builder().build();
    private final Map<String, Method> methods = new LinkedHashMap<>();
    private final ApiVersion version;

    private interface Method {
        Map<String, Object> answer(JsonNode request);
    }

    /** Serves a driver. */
    public RemoteProtocol(ServedDriver driver, ApiVersion version) {
        this.version = version;
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(100).build());
        methods.put("/Plugin.Activate", request -> driver.activate());
        methods.put("/NetworkDriver.GetCapabilities", request -> driver.capabilities());
        methods.put("/NetworkDriver.CreateNetwork", driver::createNetwork);
        methods.put("/NetworkDriver.DeleteNetwork", driver::deleteNetwork);
        methods.put("/NetworkDriver.CreateEndpoint", driver::createEndpoint);
        methods.put("/NetworkDriver.DeleteEndpoint", driver::deleteEndpoint);
        methods.put("/NetworkDriver.EndpointOperInfo", driver::endpointInfo);
        methods.put("/NetworkDriver.Join", driver::join);
        methods.put("/NetworkDriver.Leave", driver::leave);
        methods.put("/NetworkDriver.ProgramExternalConnectivity", driver::publish);
        methods.put("/NetworkDriver.RevokeExternalConnectivity", driver::unpublish);
        methods.put("/NetworkDriver.DiscoverNew", request -> Map.of());
        methods.put("/NetworkDriver.DiscoverDelete", request -> Map.of());
    }

    @Override
    public Handling find(RequestHead head) {
        Method method = methods.get(head.path());
        Handler handler = method == null || !head.method().equals("POST")
                ? exchange -> exchange.respond(404, TYPE, mapper.writeValueAsBytes(Map.of("Err", "no such method")))
                : exchange -> answer(exchange, head.path(), method);
        return new Handling(handler, Map.of(), version, false);
    }

    private void answer(Exchange exchange, String name, Method method) throws IOException {
        Map<String, Object> answer;
        try {
            JsonNode request = request(exchange);
            answer = method.answer(request);
            LOG.debug("{} {} -> {}", name, request, answer);
        } catch (DriverException | IllegalArgumentException e) {
            LOG.warn("{}: {}", name, e.getMessage());
            answer = Map.of("Err", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{} failed", name, e);
            answer = Map.of("Err", e.toString());
        }
        exchange.respond(200, TYPE, mapper.writeValueAsBytes(answer));
    }

    private JsonNode request(Exchange exchange) throws IOException {
        byte[] body = exchange.body().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            throw new IllegalArgumentException("the request is longer than " + MAX_BYTES + " bytes");
        }
        try {
            JsonNode request = body.length == 0 ? mapper.createObjectNode() : mapper.readTree(body);
            if (!request.isObject()) {
                throw new IllegalArgumentException("the request is not a JSON object");
            }
            return request;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the request is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
