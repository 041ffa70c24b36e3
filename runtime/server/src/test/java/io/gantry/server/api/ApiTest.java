package io.gantry.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.Containers;
import io.gantry.engine.CreateContainer;
import io.gantry.engine.EngineException;
import io.gantry.engine.Execs;
import io.gantry.engine.Networks;
import io.gantry.engine.WaitCondition;
import io.gantry.engine.WaitResult;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.HostConfig;
import io.gantry.server.GantryVersion;
import io.gantry.server.http.HttpServer;
import io.gantry.server.testing.RawClient;
import io.gantry.server.testing.RawClient.Answer;
import io.gantry.server.testing.RawClient.Head;
import io.gantry.server.testing.Stub;
import io.gantry.server.testing.StubEngine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The API as it looks from a socket, over engines that do only what a test needs. */
@Timeout(60)
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Stubs are called by name.
class ApiTest {
    private static final String ID = "a".repeat(64);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private Optional<HttpServer> server = Optional.empty();

    private RawClient serve(StubEngine engine) throws IOException {
        GantryVersion version = new GantryVersion("1.2.3");
        HttpServer made = new HttpServer(Api.over(engine, version), Api.headers(version));
        server = Optional.of(made);
        made.listen(folder.resolve("s"));
        return RawClient.connect(folder.resolve("s"));
    }

    @AfterEach
    void close() {
        server.ifPresent(HttpServer::close);
    }

    private static JsonNode json(Answer answer) throws IOException {
        return JSON.readTree(answer.bytes());
    }

    private static String message(Answer answer) throws IOException {
        return json(answer).path("message").asText();
    }

    @Test
    void pingTellsTheVersionInHeaders() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            for (String path : List.of("/_ping", "/v1.44/_ping", "/v1.32/_ping")) {
                Answer get = client.request("GET", path);
                assertThat(get.body()).isEqualTo("OK");
                Answer head = client.request("HEAD", path);
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.head().header("Api-Version")).isEqualTo("1.47");
                assertThat(head.head().header("Docker-Experimental")).isEqualTo("false");
                assertThat(head.head().header("Ostype")).isEqualTo("linux");
                assertThat(head.head().header("Server")).isEqualTo("Gantry/1.2.3 (linux)");
                assertThat(head.head().header("Builder-Version")).isEqualTo("1");
                assertThat(head.head().header("Swarm")).isEqualTo("inactive");
            }
        }
    }

    @Test
    void versionsOutsideTheRangeAreRefusedInDockersWords() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            Answer young = client.request("GET", "/v1.99/info");
            assertThat(young.status()).isEqualTo(400);
            assertThat(message(young))
                    .isEqualTo("client version 1.99 is too new. Maximum supported API version is 1.47");
            Answer old = client.request("GET", "/v1.12/info");
            assertThat(old.status()).isEqualTo(400);
            assertThat(message(old))
                    .isEqualTo(
                            "client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version");
        }
    }

    @Test
    void unknownPathsAndMethodsAreNotFound() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            for (String path : List.of("/", "/nowhere", "/v1.47/nowhere", "/v1.47", "/containers", "/vx/info")) {
                Answer answer = client.request("GET", path);
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(message(answer)).isEqualTo("page not found");
            }
            assertThat(client.request("DELETE", "/info").status()).isEqualTo(404);
        }
    }

    @Test
    void infoHasDockersFields() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            JsonNode info = json(client.request("GET", "/v1.47/info"));
            assertThat(info.path("Containers").asInt()).isEqualTo(6);
            assertThat(info.path("ContainersPaused").asInt()).isEqualTo(2);
            assertThat(info.path("OSType").asText()).isEqualTo("linux");
            assertThat(info.path("Plugins").path("Network").get(0).asText()).isEqualTo("bridge");
            assertThat(info.path("Swarm").path("LocalNodeState").asText()).isEqualTo("inactive");
            assertThat(info.path("MemTotal").asLong()).isPositive();
            assertThat(info.path("NCPU").asInt()).isPositive();
            assertThat(info.path("LiveRestoreEnabled").asBoolean()).isTrue();
            assertThat(info.path("Warnings").get(0).asText()).isEqualTo("WARNING: none");
            JsonNode version = json(client.request("GET", "/version"));
            assertThat(version.path("ApiVersion").asText()).isEqualTo("1.47");
            assertThat(version.path("MinAPIVersion").asText()).isEqualTo("1.24");
            assertThat(version.path("Version").asText()).startsWith("27.");
        }
    }

    @Test
    void malformedBodiesAreRefused() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            for (String body :
                    List.of("{", "[]", "nonsense", "{\"Image\":\"x\"} trailing", "{\"Memory\":", "\"text\"")) {
                Answer answer = client.request("POST", "/v1.47/containers/create", body);
                assertThat(answer.status()).as(body).isEqualTo(400);
                assertThat(message(answer)).as(body).startsWith("invalid JSON: ");
            }
            Answer wrongType =
                    client.request("POST", "/v1.47/containers/create", "{\"HostConfig\":{\"Memory\":\"much\"}}");
            assertThat(wrongType.status()).isEqualTo(400);
            assertThat(message(wrongType)).contains("Memory");
            String deep = "[".repeat(5000) + "]".repeat(5000);
            assertThat(client.request("POST", "/v1.47/containers/create", "{\"Labels\":" + deep + "}")
                            .status())
                    .isEqualTo(400);
            Answer none = client.request("POST", "/v1.47/containers/create");
            assertThat(none.status()).isEqualTo(400);
        }
    }

    @Test
    void bodiesOfAnotherTypeAreRefused() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            client.send("POST /containers/create HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
            Answer answer = client.answer("POST");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(message(answer))
                    .isEqualTo("unsupported Content-Type header (text/plain): must be 'application/json'");
        }
    }

    @Test
    void aContainerIsMadeAsAskedFor() throws IOException {
        AtomicReference<CreateContainer> made = new AtomicReference<>();
        StubEngine engine = new StubEngine().containers(new Object() {
            Execs execs() {
                return Stub.of(Execs.class, this);
            }

            Containers.Created create(CreateContainer request) {
                made.set(request);
                return new Containers.Created(ID, List.of("a warning"));
            }
        });
        try (RawClient client = serve(engine)) {
            Answer answer = client.request("POST", "/v1.47/containers/create?name=web&platform=linux%2Famd64", """
                    {"Image":"busybox","Cmd":"true","entrypoint":["sh","-c"],"Env":null,"Unknown":{"x":1},
                     "HostConfig":{"NetworkMode":"net","StorageOpt":{"gantry.driver":"vfs"},
                                   "PortBindings":{"80/tcp":[{"HostPort":"8080"}]}},
                     "NetworkingConfig":{"EndpointsConfig":{"net":{"Aliases":["x"]},"other":null}}}
                    """);
            assertThat(answer.status()).isEqualTo(201);
            assertThat(json(answer).path("Id").asText()).isEqualTo(ID);
            assertThat(json(answer).path("Warnings").get(0).asText()).isEqualTo("a warning");
        }
        CreateContainer request = made.get();
        assertThat(request.name()).contains("web");
        assertThat(request.platform()).contains("linux/amd64");
        assertThat(request.config().cmd()).contains(List.of("true"));
        assertThat(request.config().entrypoint()).contains(List.of("sh", "-c"));
        assertThat(request.config().env()).isEmpty();
        assertThat(request.hostConfig().storageOpt()).containsEntry("gantry.driver", "vfs");
        assertThat(request.hostConfig().portBindings().get("80/tcp").get(0).hostPort())
                .isEqualTo("8080");
        assertThat(request.networks().keySet()).containsExactly("net", "other");
        assertThat(request.networks().get("net").aliases()).containsExactly("x");
        assertThat(request.networks().get("other")).isEqualTo(EndpointSettings.NONE);
    }

    @Test
    void aWaitIsAnsweredAtOnceAndToldTheEndLater() throws IOException {
        CompletableFuture<WaitResult> end = new CompletableFuture<>();
        AtomicReference<WaitCondition> asked = new AtomicReference<>();
        try (RawClient client = serve(new StubEngine().containers(new Object() {
            Execs execs() {
                return Stub.of(Execs.class, this);
            }

            CompletableFuture<WaitResult> await(String ref, WaitCondition condition) {
                asked.set(condition);
                return end;
            }
        }))) {
            client.send("POST /v1.47/containers/x/wait?condition=next-exit HTTP/1.1\r\nHost: x\r\n\r\n");
            Head head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(asked.get()).isEqualTo(WaitCondition.NEXT_EXIT);
            end.complete(new WaitResult(7, Optional.empty()));
            assertThat(client.chunk()).asString().isEqualTo("{\"StatusCode\":7}\n");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.request("POST", "/v1.47/containers/x/wait?condition=sometime")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void aWaitEndsWithItsClient() throws Exception {
        CompletableFuture<WaitResult> end = new CompletableFuture<>();
        try (RawClient client = serve(new StubEngine().containers(new Object() {
            Execs execs() {
                return Stub.of(Execs.class, this);
            }

            CompletableFuture<WaitResult> await(String ref, WaitCondition condition) {
                return end;
            }
        }))) {
            client.send("POST /v1.47/containers/x/wait HTTP/1.1\r\nHost: x\r\n\r\n");
            client.head();
        }
        assertThatThrownBy(() -> end.get(10, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
    }

    @Test
    void containersAreListedInDockersForm() throws IOException {
        Container container = StubEngine.container(
                ID,
                "web",
                ContainerConfig.NONE,
                new ContainerState(
                        ContainerState.Status.EXITED,
                        0,
                        3,
                        "",
                        false,
                        ContainerState.NEVER,
                        java.time.Instant.now().minusSeconds(7200)));
        try (RawClient client = serve(new StubEngine().containers(new Object() {
            Execs execs() {
                return Stub.of(Execs.class, this);
            }

            List<Container> list() {
                return List.of(container);
            }
        }))) {
            assertThat(json(client.request("GET", "/v1.47/containers/json"))).isEmpty();
            JsonNode row =
                    json(client.request("GET", "/v1.47/containers/json?all=1")).get(0);
            assertThat(row.path("Names").get(0).asText()).isEqualTo("/web");
            assertThat(row.path("State").asText()).isEqualTo("exited");
            assertThat(row.path("Status").asText()).isEqualTo("Exited (3) 2 hours ago");
            assertThat(row.path("Ports").isArray()).isTrue();
            Answer wrong =
                    client.request("GET", "/containers/json?filters=%7B%22nonsense%22%3A%7B%22x%22%3Atrue%7D%7D");
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(message(wrong)).isEqualTo("invalid filter 'nonsense'");
            assertThat(client.request("GET", "/containers/json?filters=nonsense")
                            .status())
                    .isEqualTo(400);
            assertThat(client.request("GET", "/containers/json?limit=x").status())
                    .isEqualTo(400);
        }
    }

    @Test
    void eventsComeAsTheyHappenIfTheyAreWanted() throws IOException {
        StubEngine engine = new StubEngine();
        engine.log().publish("container", "create", "before", Map.of("image", "busybox"));
        try (RawClient client = serve(engine)) {
            client.send(
                    "GET /events?since=1&filters=%7B%22type%22%3A%5B%22container%22%5D%7D HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.head().status()).isEqualTo(200);
            JsonNode past = JSON.readTree(client.chunk());
            assertThat(past.path("status").asText()).isEqualTo("create");
            assertThat(past.path("from").asText()).isEqualTo("busybox");
            engine.log().publish("network", "connect", "n", Map.of());
            engine.log().publish("container", "start", ID, Map.of("name", "web"));
            JsonNode event = JSON.readTree(client.chunk());
            assertThat(event.path("Type").asText()).isEqualTo("container");
            assertThat(event.path("Action").asText()).isEqualTo("start");
            assertThat(event.path("Actor").path("ID").asText()).isEqualTo(ID);
            assertThat(event.path("Actor").path("Attributes").path("name").asText())
                    .isEqualTo("web");
            assertThat(event.path("scope").asText()).isEqualTo("local");
            assertThat(event.path("timeNano").asLong() / 1_000_000_000L)
                    .isEqualTo(event.path("time").asLong());
        }
    }

    @Test
    void pastEventsEndWhereTheyAreAskedToEnd() throws IOException {
        StubEngine engine = new StubEngine();
        engine.log().publish("container", "create", ID, Map.of());
        try (RawClient client = serve(engine)) {
            Answer answer =
                    client.request("GET", "/events?since=1&until=" + System.currentTimeMillis() / 1000 + ".999");
            assertThat(answer.body().lines()).hasSize(1);
        }
    }

    @Test
    void loadingStreamsTheBodyAndTellsHowItGoes() throws IOException {
        List<Integer> lengths = new ArrayList<>();
        StubEngine engine = new StubEngine().images(new Object() {
            List<String> load(InputStream archive, Consumer<String> progress) throws IOException {
                lengths.add(archive.readAllBytes().length);
                if (lengths.size() > 1) {
                    throw new EngineException(EngineException.Kind.INVALID, "no archive");
                }
                progress.accept("Loaded image: busybox:latest");
                return List.of("busybox:latest");
            }
        });
        try (RawClient client = serve(engine)) {
            client.send("POST /v1.47/images/load?quiet=1 HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
            client.send(new byte[1_000_000]);
            assertThat(client.answer("POST").body()).isEqualTo("{\"stream\":\"Loaded image: busybox:latest\\n\"}\n");
            assertThat(lengths).containsExactly(1_000_000);
            client.send("POST /v1.47/images/load HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
            assertThat(client.answer("POST").body())
                    .isEqualTo("{\"errorDetail\":{\"message\":\"no archive\"},\"error\":\"no archive\"}\n");
        }
    }

    @Test
    void anArchiveThatCannotBeginIsAnError() throws IOException {
        StubEngine engine = new StubEngine().images(new Object() {
            void save(List<String> refs, OutputStream out) throws IOException {
                if (refs.contains("gone")) {
                    throw EngineException.notFound("No such image: gone");
                }
                out.write(new byte[300_000]);
            }
        });
        try (RawClient client = serve(engine)) {
            Answer answer = client.request("GET", "/v1.47/images/get?names=a/b:c&names=d");
            assertThat(answer.head().header("Content-Type")).isEqualTo("application/x-tar");
            assertThat(answer.bytes()).hasSize(300_000);
            assertThat(client.request("GET", "/v1.47/images/docker.io/a/b:c/get")
                            .bytes())
                    .hasSize(300_000);
            assertThat(client.request("GET", "/v1.47/images/gone/get").status()).isEqualTo(404);
        }
    }

    @Test
    void whatIsNotBuiltSaysSoAndWhatToDo() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            for (String path : List.of("/images/create?fromImage=alpine&tag=latest", "/images/a/b/push", "/auth")) {
                Answer answer = client.request("POST", "/v1.47" + path, "{}");
                assertThat(answer.status()).as(path).isEqualTo(501);
                assertThat(message(answer)).contains("docker load");
            }
            assertThat(client.request("POST", "/v1.47/commit", "{}").status()).isEqualTo(501);
            assertThat(client.request("POST", "/v1.47/build").status()).isEqualTo(501);
        }
    }

    @Test
    void thereIsNoSwarm() throws IOException {
        try (RawClient client = serve(new StubEngine())) {
            for (String path : List.of("/services", "/nodes", "/tasks", "/secrets", "/configs", "/swarm", "/nodes/x")) {
                Answer answer = client.request("GET", "/v1.47" + path);
                assertThat(answer.status()).as(path).isEqualTo(503);
                assertThat(message(answer)).startsWith("This node is not a swarm manager.");
            }
            assertThat(client.request("GET", "/v1.47/plugins").body().trim()).isEqualTo("[]");
        }
    }

    @Test
    void aNetworkIsConnectedAsAskedFor() throws IOException {
        List<Object> seen = new ArrayList<>();
        StubEngine engine = new StubEngine().networks(new Object() {
            void connect(String network, String container, EndpointSettings settings) {
                seen.addAll(List.of(network, container, settings.aliases()));
            }

            void remove(String network) {
                throw new EngineException(EngineException.Kind.FORBIDDEN, network + " is a pre-defined network");
            }

            List<Networks.Network> list() {
                return List.of();
            }
        });
        try (RawClient client = serve(engine)) {
            Answer connected = client.request(
                    "POST",
                    "/networks/net/connect",
                    "{\"Container\":\"web\",\"EndpointConfig\":{\"Aliases\":[\"a\"]}}");
            assertThat(connected.status()).isEqualTo(200);
            assertThat(seen).containsExactly("net", "web", List.of("a"));
            assertThat(client.request("POST", "/networks/net/connect", "{}").status())
                    .isEqualTo(400);
            assertThat(client.request("DELETE", "/networks/bridge").status()).isEqualTo(403);
            assertThat(client.request("GET", "/networks?filters=%7B%22type%22%3A%5B%22odd%22%5D%7D")
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void anUpdateTakesAHostConfiguration() throws IOException {
        AtomicReference<HostConfig> seen = new AtomicReference<>();
        try (RawClient client = serve(new StubEngine().containers(new Object() {
            Execs execs() {
                return Stub.of(Execs.class, this);
            }

            List<String> update(String ref, HostConfig changes) {
                seen.set(changes);
                return List.of();
            }
        }))) {
            Answer answer = client.request(
                    "POST", "/containers/x/update", "{\"Memory\":1000,\"RestartPolicy\":{\"Name\":\"always\"}}");
            assertThat(answer.body().trim()).isEqualTo("{\"Warnings\":[]}");
            assertThat(seen.get().memory()).isEqualTo(1000);
            assertThat(seen.get().restartPolicy().name()).isEqualTo("always");
        }
    }
}
