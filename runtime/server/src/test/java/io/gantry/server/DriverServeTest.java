package io.gantry.server;

import static io.gantry.server.testing.DockerHost.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.server.testing.DockerHost;
import io.gantry.server.testing.DriverPlugins;
import io.gantry.server.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Debian's dockerd runs containers on networks of our drivers. */
@Timeout(300)
class DriverServeTest {
    private static final String PAGE = "echo page > /var/www/index.html && exec httpd -f -h /var/www";

    private static DockerHost docker;
    private static Path plugins;

    private Process server;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        String missing = DockerHost.missing();
        assumeTrue(missing.isEmpty(), missing);
        plugins = DriverPlugins.in(directory.resolve("plugins"));
        String example = System.getProperty("gantry.example.jar", "");
        if (!example.isEmpty()) {
            Files.copy(Path.of(example), plugins.resolve("example.jar"));
        }
        docker = DockerHost.in(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (docker != null) {
            docker.close();
        }
    }

    @AfterEach
    void removeAll() throws Exception {
        for (String id : docker("ps", "-aq").out().lines().toList()) {
            docker("rm", "-fv", id);
        }
        for (String id : docker("network", "ls", "-q", "--filter", "type=custom")
                .out()
                .lines()
                .toList()) {
            docker("network", "rm", id);
        }
        if (server != null) {
            server.destroy();
            server.waitFor();
        }
    }

    private static Ran docker(String... arguments) throws IOException, InterruptedException {
        return docker.docker(arguments);
    }

    @Test
    void dockersContainersTalkOnABridgeOfOurs() throws Exception {
        server = docker.serve("bridge", plugins);
        docker(
                        "network",
                        "create",
                        "-d",
                        "gantry-bridge",
                        "--subnet",
                        "10.81.0.0/24",
                        "-o",
                        "com.docker.network.driver.mtu=1400",
                        "br")
                .text();
        assertThat(docker("network", "inspect", "-f", "{{.Driver}} {{.Scope}}", "br")
                        .text())
                .isEqualTo("gantry-bridge local");
        docker("run", "-d", "--name", "web", "--network", "br", "-p", "8081:80", IMAGE, "sh", "-c", PAGE)
                .text();

        assertThat(docker("run", "--rm", "--network", "br", IMAGE, "timeout", "20", "wget", "-qO-", "http://10.81.0.2/")
                        .text())
                .isEqualTo("page");
        assertThat(docker("run", "--rm", "--network", "br", IMAGE, "ip", "addr", "show", "eth0")
                        .text())
                .contains("mtu 1400", "inet 10.81.0.3/24");
        assertThat(docker.inHost("timeout", "20", "/bin/busybox", "wget", "-qO-", "http://10.81.0.2/")
                        .text())
                .isEqualTo("page");
        assertThat(docker.inHost("timeout", "20", "/bin/busybox", "wget", "-qO-", "http://10.81.0.1:8081/")
                        .text())
                .as("a published port")
                .isEqualTo("page");

        docker("rm", "-f", "web").text();
        docker("network", "rm", "br").text();
        assertThat(docker.inHost("ip", "-br", "link").text()).doesNotContain("br-", "veth");
    }

    @Test
    void aServerThatIsKilledGoesOnWithWhatDockerMade() throws Exception {
        server = docker.serve("bridge", plugins);
        docker("network", "create", "-d", "gantry-bridge", "--subnet", "10.82.0.0/24", "kept")
                .text();
        docker("run", "-d", "--name", "web", "--network", "kept", IMAGE, "sh", "-c", PAGE)
                .text();
        server.destroyForcibly().waitFor();
        server = docker.serve("bridge", plugins);

        assertThat(docker(
                                "run",
                                "--rm",
                                "--network",
                                "kept",
                                IMAGE,
                                "timeout",
                                "20",
                                "wget",
                                "-qO-",
                                "http://10.82.0.2/")
                        .text())
                .isEqualTo("page");
        docker("rm", "-f", "web").text();
        docker("network", "rm", "kept").text();
        assertThat(docker.inHost("ip", "-br", "link").text()).doesNotContain("br-", "veth");
    }

    @Test
    void dockerIsToldWhyADriverRefuses() throws Exception {
        server = docker.serve("bridge", plugins);
        assertThat(docker("network", "create", "-d", "gantry-bridge", "-o", "colour=blue", "no")
                        .err())
                .contains("remote: cannot read the options of network driver bridge: unknown option colour");
        assertThat(docker("network", "ls", "-q", "--filter", "type=custom").text())
                .isEmpty();
    }

    @Test
    void dockersContainersAndOursTalkOnOneMacvlan() throws Exception {
        docker.inHost("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1")
                .text();
        docker.inHost("ip", "link", "set", "up0", "up").text();
        docker.inHost("ip", "link", "set", "up1", "up").text();
        server = docker.serve("macvlan", plugins);
        Process gantry = docker.startGantry(plugins);
        try {
            docker(
                            "network",
                            "create",
                            "-d",
                            "gantry-macvlan",
                            "-o",
                            "parent=up0",
                            "--subnet",
                            "10.84.0.0/24",
                            "--ip-range",
                            "10.84.0.0/26",
                            "theirs")
                    .text();
            docker("run", "-d", "--name", "web", "--network", "theirs", "--ip", "10.84.0.5", IMAGE, "sh", "-c", PAGE)
                    .text();
            assertThat(docker(
                                    "run",
                                    "--rm",
                                    "--network",
                                    "theirs",
                                    IMAGE,
                                    "timeout",
                                    "20",
                                    "wget",
                                    "-qO-",
                                    "http://10.84.0.5/")
                            .text())
                    .isEqualTo("page");

            docker.gantry(
                            "network",
                            "create",
                            "-d",
                            "gantry-macvlan",
                            "-o",
                            "parent=up0",
                            "--subnet",
                            "10.84.0.0/24",
                            "--ip-range",
                            "10.84.0.128/26",
                            "ours")
                    .text();
            assertThat(docker.gantry(
                                    "run",
                                    "--rm",
                                    "--network",
                                    "ours",
                                    "--ip",
                                    "10.84.0.130",
                                    IMAGE,
                                    "timeout",
                                    "20",
                                    "wget",
                                    "-qO-",
                                    "http://10.84.0.5/")
                            .text())
                    .as("our plug-in client, our server, two engines")
                    .isEqualTo("page");
            assertThat(docker.gantry("network", "inspect", "-f", "{{.Driver}} {{.Scope}}", "ours")
                            .text())
                    .isEqualTo("gantry-macvlan local");
            docker.gantry("network", "rm", "ours").text();
        } finally {
            docker("rm", "-f", "web");
            docker("network", "rm", "theirs");
            docker.gantry("network", "rm", "ours");
            docker.inHost("ip", "link", "del", "up0");
            gantry.destroy();
            gantry.waitFor();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "gantry.example.jar", matches = ".+")
    void aDriverOfAThirdPartyServesDockerToo() throws Exception {
        server = docker.serve("ptp", plugins);
        docker("network", "create", "-d", "gantry-ptp", "--subnet", "10.83.0.0/24", "--gateway", "10.83.0.1", "direct")
                .text();
        docker("run", "-d", "--name", "web", "--network", "direct", IMAGE, "sh", "-c", PAGE)
                .text();

        assertThat(docker(
                                "run",
                                "--rm",
                                "--network",
                                "direct",
                                IMAGE,
                                "timeout",
                                "20",
                                "wget",
                                "-qO-",
                                "http://10.83.0.2/")
                        .text())
                .isEqualTo("page");
        assertThat(docker.inHost("timeout", "20", "/bin/busybox", "wget", "-qO-", "http://10.83.0.2/")
                        .text())
                .isEqualTo("page");
    }
}
