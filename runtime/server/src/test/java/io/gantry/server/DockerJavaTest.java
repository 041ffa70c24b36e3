package io.gantry.server;

import static io.gantry.server.testing.DaemonUnderTest.IMAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.gantry.server.testing.DaemonUnderTest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** docker-java, as Testcontainers uses it, as a client of the daemon. */
@Timeout(300)
class DockerJavaTest {
    private static DaemonUnderTest daemon;
    private static DockerClient client;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        String missing = DaemonUnderTest.missing();
        assumeTrue(missing.isEmpty(), missing);
        daemon = DaemonUnderTest.withImage(directory);
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("unix://" + daemon.socket())
                .withApiVersion("1.44")
                .build();
        client = DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    @AfterAll
    static void stop() throws Exception {
        if (client != null) {
            client.close();
        }
        if (daemon != null) {
            daemon.close();
        }
    }

    /** Collects what comes. */
    private static final class Collector extends ResultCallback.Adapter<Frame> {
        private final StringBuilder text = new StringBuilder();

        @Override
        public synchronized void onNext(Frame frame) {
            text.append(frame.getStreamType()).append(':').append(new String(frame.getPayload(), UTF_8));
        }

        synchronized String text() {
            return text.toString();
        }
    }

    private static String create(String... command) {
        return client.createContainerCmd(IMAGE).withCmd(command).exec().getId();
    }

    private static String running(String... command) {
        String id = create(command);
        client.startContainerCmd(id).exec();
        return id;
    }

    private static int await(String id) {
        return client.waitContainerCmd(id)
                .exec(new WaitContainerResultCallback())
                .awaitStatusCode(60, TimeUnit.SECONDS);
    }

    @Test
    void whatTestcontainersAsksFirst() {
        client.pingCmd().exec();
        assertThat(client.infoCmd().exec().getOsType()).isEqualTo("linux");
        assertThat(client.versionCmd().exec().getApiVersion()).isEqualTo("1.47");
        assertThat(client.listImagesCmd().exec()).hasSize(1);
    }

    @Test
    void aContainerRunsAndItsLogsAreRead() throws Exception {
        String id = running("sh", "-c", "echo out; echo error >&2; exit 3");
        assertThat(await(id)).isEqualTo(3);
        Collector logs = new Collector();
        client.logContainerCmd(id).withStdOut(true).withStdErr(true).exec(logs).awaitCompletion();
        assertThat(logs.text()).contains("STDOUT:out\n", "STDERR:error\n");
        InspectContainerResponse inspected = client.inspectContainerCmd(id).exec();
        assertThat(inspected.getState().getExitCodeLong()).isEqualTo(3);
        assertThat(inspected.getConfig().getImage()).isEqualTo(IMAGE);
        client.removeContainerCmd(id).exec();
    }

    @Test
    void attachingWithInputIsAnUpgrade() throws Exception {
        String id = client.createContainerCmd(IMAGE)
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withAttachStdin(true)
                .withCmd("sh", "-c", "read line; echo got $line")
                .exec()
                .getId();
        Collector output = new Collector();
        client.attachContainerCmd(id)
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .withStdIn(new ByteArrayInputStream("hello\n".getBytes(UTF_8)))
                .exec(output)
                .awaitStarted();
        client.startContainerCmd(id).exec();
        assertThat(output.awaitCompletion(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output.text()).isEqualTo("STDOUT:got hello\n");
        client.removeContainerCmd(id).withForce(true).exec();
    }

    @Test
    void commandsAreRunAndTheirEndsKnown() throws Exception {
        String id = running("sleep", "1000");
        String exec = client.execCreateCmd(id)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withCmd("sh", "-c", "echo here; exit 4")
                .exec()
                .getId();
        Collector output = new Collector();
        client.execStartCmd(exec).exec(output).awaitCompletion();
        assertThat(output.text()).isEqualTo("STDOUT:here\n");
        assertThat(client.inspectExecCmd(exec).exec().getExitCodeLong()).isEqualTo(4);
        client.removeContainerCmd(id).withForce(true).exec();
    }

    @Test
    void filesAreCopied() throws Exception {
        String id = running("sleep", "1000");
        client.copyArchiveToContainerCmd(id)
                .withHostResource("/etc/hostname")
                .withRemotePath("/tmp")
                .exec();
        try (InputStream archive =
                client.copyArchiveFromContainerCmd(id, "/tmp/hostname").exec()) {
            assertThat(archive.readAllBytes()).isNotEmpty();
        }
        client.removeContainerCmd(id).withForce(true).exec();
    }

    @Test
    void statisticsAreStreamed() throws Exception {
        String id = running("sleep", "1000");
        var first = new ResultCallback.Adapter<Statistics>() {
            private volatile Statistics value;

            @Override
            public void onNext(Statistics statistics) {
                value = statistics;
                onComplete();
            }
        };
        client.statsCmd(id).exec(first).awaitCompletion();
        assertThat(first.value.getMemoryStats().getUsage()).isPositive();
        client.removeContainerCmd(id).withForce(true).exec();
    }

    @Test
    void labelsFilterWhatIsListed() {
        String marked = client.createContainerCmd(IMAGE)
                .withLabels(Map.of("session", "one"))
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .exec()
                .getId();
        String other = create("true");
        assertThat(client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of("session", "one"))
                        .exec())
                .extracting("id")
                .isEqualTo(List.of(marked));
        client.removeContainerCmd(marked).exec();
        client.removeContainerCmd(other).exec();
    }

    @Test
    void errorsAreOfTheRightKind() {
        assertThatThrownBy(() -> client.inspectContainerCmd("nosuch").exec())
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("No such container: nosuch");
        assertThatThrownBy(() -> client.createContainerCmd("nosuch").exec()).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> client.createContainerCmd(IMAGE).withName("!").exec())
                .isInstanceOf(BadRequestException.class);
        String id = running("sleep", "1000");
        assertThatThrownBy(() -> client.startContainerCmd(id).exec()).isInstanceOf(NotModifiedException.class);
        assertThatThrownBy(() -> client.removeContainerCmd(id).exec()).isInstanceOf(ConflictException.class);
        client.removeContainerCmd(id).withForce(true).exec();
    }
}
