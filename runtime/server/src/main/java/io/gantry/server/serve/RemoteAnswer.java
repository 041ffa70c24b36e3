package io.gantry.server.serve;

import io.gantry.server.serve.ServedNetwork.Endpoint;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes the answers of Docker's remote protocol. */
final class RemoteAnswer {
    private RemoteAnswer() {}

    /** What the driver added to the interface: Docker takes a field that it gave itself for a contradiction. */
    static Map<String, Object> added(Endpoint asked, EndpointPlan plan) {
        Map<String, Object> face = new LinkedHashMap<>();
        add(face, "MacAddress", asked.mac(), plan.mac().map(MacAddress::value));
        add(face, "Address", asked.ipv4(), plan.ipv4().map(Cidr::toString));
        add(face, "AddressIPv6", asked.ipv6(), plan.ipv6().map(Cidr::toString));
        return face;
    }

    private static void add(Map<String, Object> face, String name, String given, Optional<String> made) {
        if (given.isEmpty()) {
            made.ifPresent(text -> face.put(name, text));
        }
    }

    /** Gateways are the driver's own affair: without this flag Docker would put the container on a bridge of its own as well. */
    static Map<String, Object> joined(Attachment attachment) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("DisableGatewayService", true);
        if (attachment instanceof Attachment.MoveInterface move) {
            Map<String, Object> name = new LinkedHashMap<>();
            name.put("SrcName", move.source());
            name.put("DstPrefix", move.prefix());
            move.name().ifPresent(whole -> name.put("DstName", whole));
            answer.put("InterfaceName", name);
            layer3(answer, move.layer3());
        } else if (attachment instanceof Attachment.InPlace inPlace) {
            layer3(answer, inPlace.layer3());
        }
        return answer;
    }

    private static void layer3(Map<String, Object> answer, Attachment.Layer3 layer3) {
        layer3.gateway4().ifPresent(gateway -> answer.put("Gateway", gateway.getHostAddress()));
        layer3.gateway6().ifPresent(gateway -> answer.put("GatewayIPv6", gateway.getHostAddress()));
        List<Map<String, Object>> routes =
                layer3.routes().stream().map(RemoteAnswer::route).toList();
        if (!routes.isEmpty()) {
            answer.put("StaticRoutes", routes);
        }
    }

    private static Map<String, Object> route(Route route) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("Destination", route.destination().toString());
        fields.put("RouteType", route.gateway().isPresent() ? 0 : 1);
        route.gateway().ifPresent(gateway -> fields.put("NextHop", gateway.getHostAddress()));
        return fields;
    }
}
