package io.gantry.network.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where plug-ins are looked for, and in which order. */
class DiscoveryTest {
    @TempDir
    private Path root;

    private Path sockets;
    private Path etc;
    private Path lib;
    private Discovery discovery;

    @BeforeEach
    void directories() throws IOException {
        sockets = Files.createDirectory(root.resolve("run"));
        etc = Files.createDirectory(root.resolve("etc"));
        lib = Files.createDirectory(root.resolve("lib"));
        discovery = new Discovery(sockets, List.of(etc, lib));
    }

    @Test
    void socketsComeFirstThenTheFilesOfEachDirectory() throws IOException {
        Files.writeString(lib.resolve("a.spec"), "tcp://127.0.0.1:1\n");
        assertThat(discovery.find("a")).contains(tcp(1));
        Files.writeString(etc.resolve("a.json"), "{\"Name\": \"a\", \"Addr\": \"http://127.0.0.1:2\"}");
        assertThat(discovery.find("a")).contains(tcp(2));
        Files.createDirectory(etc.resolve("a"));
        Files.writeString(etc.resolve("a/a.spec"), "tcp://127.0.0.1:3");
        assertThat(discovery.find("a")).contains(tcp(3));
        try (ScriptedPlugin plugin = new ScriptedPlugin(sockets.resolve("a.sock"))) {
            assertThat(plugin.methods()).isEmpty();
            assertThat(discovery.find("a")).contains(new PluginAddress.Unix(sockets.resolve("a.sock")));
        }
    }

    @Test
    void aSocketMayHaveAFolderOfItsOwn() throws IOException {
        Path folder = Files.createDirectory(sockets.resolve("b"));
        Files.writeString(sockets.resolve("no.sock"), "a file");
        try (ScriptedPlugin plugin = new ScriptedPlugin(folder.resolve("b.sock"))) {
            assertThat(plugin.methods()).isEmpty();
            assertThat(discovery.find("b")).contains(new PluginAddress.Unix(folder.resolve("b.sock")));
            assertThat(discovery.find("no")).isEmpty();
            Files.writeString(etc.resolve("c.spec"), "unix:///run/other.sock");
            assertThat(discovery.names()).containsExactly("b", "c");
            assertThat(discovery.find("c")).contains(new PluginAddress.Unix(Path.of("/run/other.sock")));
        }
    }

    @Test
    void tlsIsReadFromAJsonFile() throws IOException {
        Files.writeString(etc.resolve("t.json"), """
                {"Name": "t", "Addr": "https://host.example/plugin",
                 "TLSConfig": {"CAFile": "/ca.pem", "CertFile": "/cert.pem", "KeyFile": "/key.pem"}}""");
        assertThat(discovery.find("t"))
                .contains(new PluginAddress.Tcp(
                        "host.example",
                        443,
                        Optional.of(new PluginAddress.TlsFiles(
                                false,
                                Optional.of(Path.of("/ca.pem")),
                                Optional.of(Path.of("/cert.pem")),
                                Optional.of(Path.of("/key.pem"))))));
        Files.writeString(etc.resolve("u.json"), "{\"Addr\": \"https://host.example:7\", \"TLSConfig\": {}}");
        assertThat(discovery.find("u"))
                .contains(new PluginAddress.Tcp(
                        "host.example",
                        7,
                        Optional.of(new PluginAddress.TlsFiles(
                                true, Optional.empty(), Optional.empty(), Optional.empty()))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x.spec|/run/x.sock|unknown protocol",
                "x.spec|ftp://host:1|unknown protocol",
                "x.spec|tcp:///path|unknown protocol",
                "x.spec|http://a b|Illegal character",
                "x.json|{}|it has no Addr",
                "x.json|[]|not a JSON object",
                "x.json|{\"Addr\": 7}|is not a text",
                "x.json|{\"Addr\": \"tcp://h:1\", \"TLSConfig\": true}|is not an object"
            })
    void aFileThatSaysNothingUsableIsAnErrorThatNamesIt(String file, String content, String why) throws IOException {
        Files.writeString(lib.resolve(file), content);
        assertThat(discovery.has("x")).isTrue();
        assertThatThrownBy(() -> discovery.find("x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(lib.resolve(file).toString())
                .hasMessageContaining(why);
    }

    @Test
    void namesLeadNowhereElse() throws IOException {
        Files.writeString(root.resolve("secret.spec"), "tcp://127.0.0.1:1");
        assertThat(discovery.find("../secret")).isEmpty();
        assertThat(discovery.has("../secret")).isFalse();
        assertThat(discovery.find("")).isEmpty();
        assertThat(new Discovery(root.resolve("none"), List.of()).names()).isEmpty();
    }

    private static PluginAddress tcp(int port) {
        return new PluginAddress.Tcp("127.0.0.1", port, Optional.empty());
    }
}
