package io.gantry.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;

/** {@code POST /images/create} from a registry, with its progress shown. */
final class ImagePull {
    /** No credentials: an empty object, encoded. */
    static final Map<String, String> ANONYMOUS = Map.of("X-Registry-Auth", "e30=");

    private ImagePull() {}

    static void pull(Session session, ImageName name, String platform, PrintStream out) throws IOException {
        Query query = new Query()
                .add("fromImage", name.full())
                .optional("tag", name.tag())
                .optional("platform", platform);
        try (ApiClient.Exchange exchange = session.api()
                .start("POST", "/images/create" + query, ANONYMOUS, null)
                .await()) {
            Progress.show(exchange.body(), out, session.terminalOutput());
        }
    }
}
