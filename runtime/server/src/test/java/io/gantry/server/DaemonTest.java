package io.gantry.server;

import static io.gantry.server.testing.DaemonUnderTest.IMAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.server.testing.DaemonUnderTest;
import io.gantry.server.testing.Ran;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The daemon's program: how it starts, ends, and comes back. */
@Timeout(300)
class DaemonTest {
    @TempDir
    private Path directory;

    private DaemonUnderTest daemon;

    @BeforeEach
    void prepare() throws Exception {
        String missing = DaemonUnderTest.missing();
        assumeTrue(missing.isEmpty(), missing);
        daemon = DaemonUnderTest.in(directory);
    }

    @AfterEach
    void stop() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
    }

    @Test
    void itEndsCleanlyAndLeavesNoFile() throws Exception {
        daemon.start();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(daemon.socket())))
                .isEqualTo("rw-rw----");
        assertThat(daemon.execRoot().resolve("gantry.pid")).exists();
        assertThat(daemon.terminate()).isZero();
        assertThat(daemon.socket()).doesNotExist();
        assertThat(daemon.execRoot().resolve("gantry.pid")).doesNotExist();
    }

    @Test
    void containersGoOnWithoutIt() throws Exception {
        daemon.close();
        daemon = DaemonUnderTest.withImage(Files.createDirectory(directory.resolve("second")));
        daemon.docker("run", "-d", "--name", "asked", IMAGE, "sh", "-c", "sleep 1000")
                .text();
        daemon.docker("run", "-d", "-i", "--name", "killed", IMAGE, "sh", "-c", "read line; exit 6")
                .text();
        assertThat(daemon.terminate()).isZero();
        daemon.start();
        assertThat(daemon.docker("ps", "-q").text().lines()).hasSize(2);
        daemon.kill();
        daemon.start();
        assertThat(daemon.docker("ps", "--format", "{{.Names}}").text().lines())
                .containsExactlyInAnyOrder("asked", "killed");
        Ran attached = daemon.dockerWith("\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), "attach", "killed");
        assertThat(attached.exitCode()).isEqualTo(6);
        daemon.docker("exec", "asked", "true").text();
        assertThat(daemon.docker("stop", "-t", "0", "asked").text()).isEqualTo("asked");
    }

    @Test
    void aSecondOneOnTheSameRootsIsRefused() throws Exception {
        daemon.start();
        Ran second = daemon.run("-H", "unix://" + directory.resolve("other"));
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).contains("another daemon runs on ", "stop it first");
        assertThat(daemon.docker("ps").exitCode()).isZero();
        assertThat(daemon.execRoot().resolve("gantry.pid")).exists();
    }

    @Test
    void aSocketThatNobodyServesIsReplaced() throws Exception {
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(daemon.socket()));
        }
        daemon.start();
        assertThat(daemon.docker("ps").exitCode()).isZero();
    }

    @Test
    void aSocketThatAnotherServesIsLeftAlone() throws Exception {
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(daemon.socket()));
            Ran ran = daemon.run();
            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(ran.err()).contains("another program listens there");
            assertThat(daemon.socket()).exists();
        }
    }

    @Test
    void aFileInTheWayIsLeftAlone() throws Exception {
        Files.writeString(daemon.socket(), "mine");
        Ran ran = daemon.run();
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("no socket is in the way");
        assertThat(daemon.socket()).hasContent("mine");
    }

    @Test
    void whatIsMissingIsNamedWithItsPackage() throws Exception {
        Ran runtime = daemon.run("--default-runtime", "nosuch-runtime");
        assertThat(runtime.exitCode()).isEqualTo(1);
        assertThat(runtime.err()).contains("nosuch-runtime is not installed", "apt-get install nosuch-runtime");
        Ran monitor = daemon.run("--conmon", "/nosuch/conmon");
        assertThat(monitor.exitCode()).isEqualTo(1);
        assertThat(monitor.err()).contains("apt-get install conmon");
    }

    @Test
    void anUnknownDriverIsRefusedWithTheOnesThereAre() throws Exception {
        Ran ran = daemon.run("-s", "nosuch");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("nosuch", "overlay2", "vfs");
        Ran dropped = daemon.run("-s", "aufs");
        assertThat(dropped.exitCode()).as(dropped.err()).isEqualTo(1);
        assertThat(dropped.err()).contains("the aufs storage-driver has been deprecated and removed", "gantry load");
    }

    @Test
    void anUnknownOptionIsRefusedWithTheOnesThereAre() throws Exception {
        Ran ran = daemon.run("--storage-opt", "nosuch=1");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("nosuch");
        Ran firewall = daemon.run("--firewall", "nosuch");
        assertThat(firewall.exitCode()).isEqualTo(1);
        assertThat(firewall.err()).contains("nosuch", "nftables");
    }

    @Test
    void wrongFlagsAndVersionsAreToldAtOnce() throws Exception {
        Ran wrong = daemon.run("--nonsense");
        assertThat(wrong.exitCode()).isEqualTo(125);
        assertThat(wrong.err()).contains("unknown flag: --nonsense");
        Ran host = daemon.run("-H", "ftp://x");
        assertThat(host.exitCode()).isEqualTo(125);
        assertThat(host.err()).contains("cannot listen on ftp://x");
        assertThat(daemon.run("--version").text()).startsWith("Gantry version ");
        assertThat(daemon.run("--help").text()).contains("--data-root", "--plugin-path");
    }

    @Test
    void aPortIsServedToo() throws Exception {
        daemon.start("-H", "tcp://127.0.0.1:2375");
        Ran ping = daemon.inHost("/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:2375/_ping");
        assertThat(ping.text()).isEqualTo("OK");
    }

    @Test
    void aPortByTlsLetsKnownClientsInOnly() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed");
        certificates();
        daemon.close();
        daemon = DaemonUnderTest.withImage(Files.createDirectory(directory.resolve("tls")));
        daemon.terminate();
        daemon.start(
                "-H",
                "tcp://127.0.0.1:2376",
                "--tlsverify",
                "--tlscacert=" + directory.resolve("ca.pem"),
                "--tlscert=" + directory.resolve("server.pem"),
                "--tlskey=" + directory.resolve("server-key.pem"));
        String ca = "--tlscacert=" + directory.resolve("ca.pem");
        String certificate = "--tlscert=" + directory.resolve("client.pem");
        String key = "--tlskey=" + directory.resolve("client-key.pem");

        Ran known = daemon.inHost(
                "sh",
                "-c",
                "head -c 3000000 /dev/zero | docker -H tcp://127.0.0.1:2376 --tlsverify " + ca + " " + certificate + " "
                        + key + " run --rm -i " + IMAGE + " sh -c 'wc -c; head -c 5000000 /dev/zero' | wc -c");
        Ran unknown = daemon.inHost("docker", "-H", "tcp://127.0.0.1:2376", "--tlsverify", ca, "ps");
        Ran plain = daemon.inHost("docker", "-H", "tcp://127.0.0.1:2376", "ps");

        assertThat(known.text()).isEqualTo(Integer.toString(5_000_000 + "3000000\n".length()));
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(plain.exitCode()).isEqualTo(1);
        assertThat(daemon.docker("ps").exitCode()).isZero();
    }

    @Test
    void tlsWithoutItsFilesIsRefused() throws Exception {
        Ran none = daemon.run("-H", "tcp://127.0.0.1:2376", "--tlsverify");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("TLS needs --tlscert as well");
        Path nonsense = Files.writeString(directory.resolve("nonsense"), "x");
        Ran broken = daemon.run("-H", "tcp://127.0.0.1:2376", "--tls", "--tlscert=" + nonsense, "--tlskey=" + nonsense);
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.err()).contains("cannot use the TLS certificate " + nonsense);
    }

    private void certificates() throws Exception {
        openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem");
        for (String who : new String[] {"server", "client"}) {
            openssl("req -newkey rsa:2048 -nodes -subj /CN=" + who + " -keyout " + who + "-key.pem -out " + who
                    + ".csr");
            Files.writeString(directory.resolve("extensions"), "subjectAltName=IP:127.0.0.1\n");
            openssl("x509 -req -days 2 -in " + who
                    + ".csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile extensions -out " + who + ".pem");
        }
    }

    private void openssl(String arguments) throws Exception {
        Ran.of(List.of("sh", "-c", "cd " + directory + " && openssl " + arguments), new byte[0])
                .text();
    }
}
