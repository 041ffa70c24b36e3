package io.gantry.cli;

import java.io.IOException;
import java.io.PrintStream;

/** {@code POST /images/create} from a registry, with its progress shown. */
final class ImagePull {
    private ImagePull() {}

    static void pull(Session session, String image, String platform, PrintStream out) throws IOException {
        ImageName name = ImageName.parse(image);
        Query query = new Query()
                .add("fromImage", name.repository())
                .add("tag", name.tag())
                .optional("platform", platform);
        try (ApiClient.Exchange exchange = session.api().request("POST", "/images/create" + query, null)) {
            Progress.show(exchange.body(), out, session.terminalOutput());
        }
    }
}
