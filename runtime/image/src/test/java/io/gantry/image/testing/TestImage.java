package io.gantry.image.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.image.Digest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image made by a test.
 *
 * @param config as JSON
 * @param layers tar archives, the lowest first
 */
public record TestImage(byte[] config, List<byte[]> layers) {
    /** An image for this machine. */
    public static TestImage of(String command, byte[]... layers) {
        return of("amd64", command, layers);
    }

    public static TestImage of(String architecture, String command, byte[]... layers) {
        List<Digest> diffIds = Stream.of(layers).map(Tars::digest).toList();
        return withDiffIds(architecture, command, diffIds, layers);
    }

    /** An image whose config may promise other layers than it has. */
    public static TestImage withDiffIds(String architecture, String command, List<Digest> diffIds, byte[]... layers) {
        String json = """
                {"architecture":"%s","os":"linux","created":"2024-01-02T03:04:05Z","config":{"Cmd":["%s"],"Env":["PATH=/bin"]},
                 "rootfs":{"type":"layers","diff_ids":[%s]},
                 "history":[%s]}
                """.formatted(
                        architecture,
                        command,
                        diffIds.stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(",")),
                        diffIds.stream()
                                .map(id -> "{\"created_by\":\"" + command + "\"}")
                                .collect(Collectors.joining(",")));
        return new TestImage(json.getBytes(UTF_8), List.of(layers));
    }

    public Digest id() {
        return Digest.of(config);
    }
}
