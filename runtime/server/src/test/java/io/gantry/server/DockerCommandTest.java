package io.gantry.server;

import static io.gantry.server.testing.DaemonUnderTest.IMAGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.server.testing.DaemonUnderTest;
import io.gantry.server.testing.Ran;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Docker's own command as a client of the daemon. */
@Timeout(300)
class DockerCommandTest {
    private static DaemonUnderTest daemon;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        String missing = DaemonUnderTest.missing();
        assumeTrue(missing.isEmpty(), missing);
        daemon = DaemonUnderTest.withImage(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
    }

    @AfterEach
    void removeContainers() throws Exception {
        for (String id : docker("ps", "-aq").out().lines().toList()) {
            docker("rm", "-fv", id);
        }
    }

    private static Ran docker(String... arguments) throws IOException, InterruptedException {
        return daemon.docker(arguments);
    }

    @Test
    void aContainersOutputAndExitCodeArrive() throws Exception {
        Ran ran = docker("run", "--rm", IMAGE, "sh", "-c", "echo out; echo error >&2; exit 7");
        assertThat(ran).isEqualTo(new Ran(7, "out\n", "error\n"));
        assertThat(docker("ps", "-aq").text()).isEmpty();
    }

    @Test
    void whatCannotRunHasDockersExitCodes() throws Exception {
        Ran missing = docker("run", "--rm", IMAGE, "nosuch");
        assertThat(missing.exitCode()).isEqualTo(127);
        assertThat(missing.err()).contains("Error response from daemon", "\"nosuch\"", "not found");
        assertThat(docker("run", "--rm", IMAGE, "/etc").exitCode()).isEqualTo(126);
        Ran noImage = docker("run", "--rm", "--pull", "never", "nosuch", "true");
        assertThat(noImage.exitCode()).isEqualTo(125);
        assertThat(noImage.err()).contains("No such image: nosuch:latest");
        Ran noNetwork = docker("run", "--rm", "--network", "nosuch", IMAGE, "true");
        assertThat(noNetwork.exitCode()).isEqualTo(125);
        assertThat(noNetwork.err()).contains("network nosuch not found");
        assertThat(docker("ps", "-aq").text()).isEmpty();
    }

    @Test
    void inputReachesTheContainerToItsEnd() throws Exception {
        byte[] input = new byte[20_000_000];
        Ran ran = daemon.dockerWith(input, "run", "--rm", "-i", IMAGE, "wc", "-c");
        assertThat(ran.text()).isEqualTo("20000000");
    }

    @Test
    void muchOutputArrivesWhole() throws Exception {
        Process process = daemon.startDocker("run", "--rm", IMAGE, "head", "-c", "50000000", "/dev/zero");
        assertThat(process.getInputStream().skip(Long.MAX_VALUE)).isEqualTo(50_000_000);
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aTerminalIsOne() throws Exception {
        Ran ran = Ran.of(
                List.of(
                        "script",
                        "-qec",
                        "stty rows 33 cols 99; docker -H unix://" + daemon.socket() + " run --rm -it " + IMAGE
                                + " sh -c 'test -t 0 && sleep 1; stty size; exit 4'",
                        "/dev/null"),
                new byte[0]);
        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.out()).contains("33 99");
    }

    @Test
    void listsShowWhatThereIs() throws Exception {
        docker("run", "-d", "--name", "up", "--label", "a=b", "-p", "127.0.0.1:8081:80", IMAGE, "sleep", "1000")
                .text();
        docker("run", "--name", "ended", IMAGE, "sh", "-c", "exit 3");
        assertThat(docker("ps", "--format", "{{.Names}} {{.Ports}}").text()).isEqualTo("up 127.0.0.1:8081->80/tcp");
        assertThat(docker("ps", "-a", "--format", "{{.Names}}").text()).isEqualTo("ended\nup");
        assertThat(docker("ps", "-a", "--filter", "exited=3", "--format", "{{.Names}}")
                        .text())
                .isEqualTo("ended");
        assertThat(docker("ps", "-a", "--filter", "label=a=b", "--format", "{{.Names}} {{.State}}")
                        .text())
                .isEqualTo("up running");
        assertThat(docker("ps", "-a", "--filter", "name=end", "--format", "{{.Status}}")
                        .text())
                .startsWith("Exited (3) ");
        assertThat(docker("ps", "-s", "--format", "{{.Size}}").text()).contains("virtual");
        assertThat(docker("images", "--format", "{{.Repository}}:{{.Tag}}").text())
                .isEqualTo(IMAGE);
        assertThat(docker("network", "ls", "--format", "{{.Name}} {{.Driver}}").text())
                .isEqualTo("bridge bridge\nhost host\nnone null");
        assertThat(docker("inspect", "-f", "{{.State.Status}} {{.HostConfig.NetworkMode}} {{.Config.Image}}", "up")
                        .text())
                .isEqualTo("running bridge " + IMAGE);
        assertThat(docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "up")
                        .text())
                .startsWith("172.");
        assertThat(docker("port", "up").text()).isEqualTo("80/tcp -> 127.0.0.1:8081");
        assertThat(docker("top", "up").text()).contains("sleep 1000");
        assertThat(docker("system", "df").exitCode()).isZero();
    }

    @Test
    void infoHasTheRowsOfItsDrivers() throws Exception {
        assertThat(docker("info").text())
                .contains(
                        "Storage Driver: overlay2", "Backing Filesystem: ", "Network: bridge host ", "Runtimes: runc");
        assertThat(docker("version", "--format", "{{.Server.APIVersion}}").text())
                .isEqualTo("1.47");
    }

    @Test
    void logsAreKept() throws Exception {
        docker("run", "--name", "talker", IMAGE, "sh", "-c", "echo one; echo two >&2; echo three");
        Ran logs = docker("logs", "talker");
        assertThat(logs.out()).isEqualTo("one\nthree\n");
        assertThat(logs.err()).isEqualTo("two\n");
        docker("run", "--name", "counter", IMAGE, "seq", "3");
        assertThat(docker("logs", "--tail", "1", "counter").out()).isEqualTo("3\n");
        assertThat(docker("logs", "-t", "--tail", "1", "counter").out()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z 3\n");
        docker("run", "-d", "--name", "later", IMAGE, "sh", "-c", "echo first; sleep 1; echo last")
                .text();
        assertThat(docker("logs", "-f", "later").out()).isEqualTo("first\nlast\n");
    }

    @Test
    void commandsRunBesideTheFirst() throws Exception {
        docker("run", "-d", "--name", "host", IMAGE, "sleep", "1000").text();
        assertThat(docker("exec", "host", "sh", "-c", "echo out; echo error >&2; exit 9"))
                .isEqualTo(new Ran(9, "out\n", "error\n"));
        assertThat(daemon.dockerWith("typed".getBytes(UTF_8), "exec", "-i", "host", "cat")
                        .text())
                .isEqualTo("typed");
        Ran missing = docker("exec", "host", "nosuch");
        assertThat(missing.exitCode()).isEqualTo(127);
        assertThat(missing.out() + missing.err()).contains("\"nosuch\"");
        docker("exec", "-d", "host", "touch", "/tmp/made").text();
        docker("stop", "-t", "0", "host").text();
        assertThat(docker("exec", "host", "true").err()).contains("is not running");
    }

    @Test
    void containersGoThroughTheirLife() throws Exception {
        String id =
                docker("create", "--name", "cat", "-i", IMAGE, "sleep", "1000").text();
        assertThat(docker("start", "cat").text()).isEqualTo("cat");
        assertThat(docker("start", "cat").exitCode()).isZero();
        docker("pause", "cat").text();
        assertThat(docker("ps", "--format", "{{.Status}}").text()).endsWith("(Paused)");
        docker("unpause", "cat").text();
        docker("rename", "cat", "dog").text();
        docker("update", "--memory", "64m", "--memory-swap", "64m", "dog").text();
        assertThat(docker("inspect", "-f", "{{.HostConfig.Memory}}", "dog").text())
                .isEqualTo("67108864");
        docker("restart", "-t", "0", "dog").text();
        Process waiting = daemon.startDocker("wait", "dog");
        docker("kill", "-s", "KILL", "dog").text();
        assertThat(Ran.finish(waiting, new byte[0]).text()).isEqualTo("137");
        assertThat(docker("rm", "dog").text()).isEqualTo("dog");
        assertThat(docker("inspect", id).exitCode()).isEqualTo(1);
    }

    @Test
    void aRunningContainerIsRemovedByForceOnly() throws Exception {
        docker("run", "-d", "--name", "up", IMAGE, "sleep", "1000").text();
        Ran refused = docker("rm", "up");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("stop the container before removing or force remove");
        assertThat(docker("rm", "-f", "up").text()).isEqualTo("up");
    }

    @Test
    void attachingFollowsARunningContainer() throws Exception {
        docker("run", "-d", "-i", "--name", "cat", IMAGE, "sh", "-c", "read line; echo got $line; exit 5")
                .text();
        Ran attached = daemon.dockerWith("hello\n".getBytes(UTF_8), "attach", "cat");
        assertThat(attached.out()).isEqualTo("got hello\n");
        assertThat(attached.exitCode()).isEqualTo(5);
    }

    @Test
    void aPublishedPortServesAPage() throws Exception {
        docker(
                        "run",
                        "-d",
                        "-p",
                        "127.0.0.1:8080:80",
                        IMAGE,
                        "sh",
                        "-c",
                        "echo a page > /var/www/index.html; exec httpd -f -p 80 -h /var/www")
                .text();
        Ran page = new Ran(1, "", "");
        for (int i = 0; i < 500 && page.exitCode() != 0; i++) {
            page = daemon.inHost("/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/");
        }
        assertThat(page.text()).isEqualTo("a page");
    }

    @Test
    void aContainerChoosesItsStorageDriver() throws Exception {
        Ran ran = docker(
                "run",
                "--name",
                "copy",
                "--storage-opt",
                "gantry.driver=vfs",
                "--network",
                "none",
                IMAGE,
                "echo",
                "on vfs");
        assertThat(ran.text()).isEqualTo("on vfs");
        assertThat(docker("inspect", "-f", "{{.Driver}}", "copy").text()).isEqualTo("vfs");
        Ran unknown = docker("run", "--rm", "--storage-opt", "gantry.driver=nosuch", IMAGE, "true");
        assertThat(unknown.exitCode()).isEqualTo(125);
        assertThat(unknown.err()).contains("nosuch", "vfs");
    }

    @Test
    void filesAreCopiedInAndOut(@TempDir Path directory) throws Exception {
        docker("run", "-d", "--name", "box", IMAGE, "sleep", "1000").text();
        Path file = Files.writeString(directory.resolve("file"), "content");
        docker("cp", file.toString(), "box:/tmp/copied").text();
        assertThat(docker("exec", "box", "cat", "/tmp/copied").text()).isEqualTo("content");
        docker("cp", "box:/tmp/copied", directory.resolve("back").toString()).text();
        assertThat(directory.resolve("back")).hasContent("content");
        assertThat(docker("diff", "box").out().lines()).containsExactlyInAnyOrder("C /tmp", "A /tmp/copied");
        Ran missing = docker("cp", "box:/nosuch", directory.toString());
        assertThat(missing.exitCode()).isEqualTo(1);
        assertThat(missing.err()).contains("/nosuch");
        docker("export", "-o", directory.resolve("all.tar").toString(), "box").text();
        docker("import", directory.resolve("all.tar").toString(), "again:1").text();
        assertThat(docker("run", "--rm", "again:1", "/bin/cat", "/tmp/copied").text())
                .isEqualTo("content");
        docker("rmi", "again:1").text();
    }

    @Test
    void imagesAreSavedAndLoaded(@TempDir Path directory) throws Exception {
        Path archive = directory.resolve("image.tar");
        docker("tag", IMAGE, "other:1").text();
        docker("save", "-o", archive.toString(), "other:1").text();
        docker("rmi", "other:1").text();
        assertThat(docker("load", "-i", archive.toString()).text()).isEqualTo("Loaded image: other:1");
        assertThat(docker("history", "--format", "{{.ID}}", "other:1").exitCode())
                .isZero();
        assertThat(docker("image", "inspect", "-f", "{{.Os}}", "other:1").text())
                .isEqualTo("linux");
        docker("rmi", "other:1").text();
        Ran broken = daemon.dockerWith("no archive".getBytes(UTF_8), "load");
        assertThat(broken.exitCode()).isEqualTo(1);
        Ran pull = docker("pull", "alpine");
        assertThat(pull.exitCode()).isEqualTo(1);
        assertThat(pull.err()).contains("docker load");
    }

    @Test
    void networksAndVolumesAreMadeAndUsed() throws Exception {
        docker("network", "create", "--label", "x=y", "mine").text();
        docker("volume", "create", "data").text();
        docker("run", "-d", "--name", "one", "--network", "mine", "-v", "data:/data", IMAGE, "sleep", "1000")
                .text();
        assertThat(docker("network", "inspect", "-f", "{{range .Containers}}{{.Name}}{{end}}", "mine")
                        .text())
                .isEqualTo("one");
        assertThat(docker("network", "rm", "mine").exitCode()).isEqualTo(1);
        assertThat(docker("volume", "rm", "data").err()).contains("in use");
        docker("network", "connect", "bridge", "one").text();
        docker("network", "disconnect", "bridge", "one").text();
        docker("exec", "one", "sh", "-c", "echo kept > /data/file").text();
        docker("rm", "-f", "one").text();
        assertThat(docker("run", "--rm", "-v", "data:/data", IMAGE, "cat", "/data/file")
                        .text())
                .isEqualTo("kept");
        docker("network", "rm", "mine").text();
        docker("volume", "rm", "data").text();
        assertThat(docker("volume", "ls", "-q").text()).isEmpty();
    }

    @Test
    void containersFindEachOtherByNamesAliasesAndLinks() throws Exception {
        docker("network", "create", "front").text();
        docker("run", "-d", "--name", "web", "--network", "front", "--network-alias", "www", IMAGE, "sleep", "1000")
                .text();
        String address = docker("inspect", "-f", "{{.NetworkSettings.Networks.front.IPAddress}}", "web")
                .text();
        String[] asker = {"run", "--rm", "--network", "front", "--link", "web:site", IMAGE, "nslookup", "-type=a", ""};
        for (String name : List.of("web", "www", "site", "web.front")) {
            asker[asker.length - 1] = name;
            assertThat(docker(asker).text()).as(name).contains("Address: " + address);
        }
        docker("run", "-d", "--name", "late", IMAGE, "sleep", "1000").text();
        docker("network", "connect", "--alias", "tardy", "front", "late").text();
        asker[asker.length - 1] = "tardy";
        assertThat(docker(asker).exitCode()).isZero();
        docker("rm", "-f", "web", "late").text();
        docker("network", "rm", "front").text();
    }

    @Test
    void linksOfTheDefaultNetworkAreShownAndRemoved() throws Exception {
        docker("run", "-d", "--name", "db", IMAGE, "sleep", "1000").text();
        docker("run", "-d", "--name", "site", "--link", "db:store", IMAGE, "sleep", "1000")
                .text();

        assertThat(docker("exec", "site", "sh", "-c", "cat /etc/hosts; env").text())
                .contains("\tstore ", "STORE_NAME=/site/store");
        assertThat(docker("inspect", "-f", "{{.HostConfig.Links}}", "site").text())
                .isEqualTo("[/db:/site/store]");
        assertThat(docker("ps", "--no-trunc", "--format", "{{.Names}}").text()).contains("db,site/store");
        assertThat(docker("rm", "--link", "db").err()).contains("cannot remove the default link name of the container");
        docker("rm", "--link", "site/store").text();
        assertThat(docker("exec", "site", "cat", "/etc/hosts").text()).doesNotContain("store");
        assertThat(docker("rm", "--link", "site/store").exitCode()).isEqualTo(1);
    }

    @Test
    void eventsTellWhatHappens() throws Exception {
        Process events = daemon.startDocker("events", "--filter", "type=container", "--format", "{{.Action}}");
        try (BufferedReader lines = events.inputReader(UTF_8)) {
            docker("create", "--name", "first", IMAGE, "true").text();
            // the subscription may be younger than the first events
            while (!lines.ready()) {
                docker("rm", "first");
                docker("create", "--name", "first", IMAGE, "true").text();
            }
            docker("start", "-a", "first").text();
            String line = lines.readLine();
            while (!line.equals("die")) {
                line = lines.readLine();
            }
            assertThat(line).isEqualTo("die");
        } finally {
            events.destroyForcibly();
        }
        assertThat(docker(
                                "events",
                                "--since",
                                "1h",
                                "--until",
                                "-1s",
                                "--filter",
                                "container=first",
                                "--format",
                                "{{.Action}}")
                        .text())
                .contains("create", "attach", "start", "die");
    }

    @Test
    void statisticsAreCounted() throws Exception {
        docker("run", "-d", "--name", "busy", IMAGE, "sleep", "1000").text();
        assertThat(docker("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}")
                        .text())
                .isEqualTo("busy 1");
    }

    @Test
    void whatIsUnusedIsPruned() throws Exception {
        docker("create", "--name", "old", IMAGE, "true").text();
        docker("run", "-d", "--name", "new", IMAGE, "sleep", "1000").text();
        docker("container", "prune", "-f").text();
        assertThat(docker("ps", "-a", "--format", "{{.Names}}").text()).isEqualTo("new");
        docker("system", "prune", "-f").text();
        assertThat(docker("images", "-q").text()).isNotEmpty();
    }

    @Test
    void thereIsNoSwarm() throws Exception {
        Ran nodes = docker("node", "ls");
        assertThat(nodes.exitCode()).isEqualTo(1);
        assertThat(nodes.err()).contains("This node is not a swarm manager");
    }
}
