package io.gantry.linux.nft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.Errno;
import io.gantry.linux.netlink.TestNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NftablesTest {

    private static final String PORTS = """
            add table inet gantry
            add map inet gantry ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
            """;

    private final TestNamespace namespace = new TestNamespace();
    private final Nftables nft = Nftables.open(namespace.path());

    @AfterEach
    void close() {
        nft.close();
        namespace.close();
    }

    @Test
    void isAvailableHere() {
        assertThat(namespace.call(Nftables::available)).isEqualTo(new NftAvailability.Available());
    }

    @Test
    void aMissingLibraryIsAnAnswerAndNoError() {
        assertThat(LibNftables.load("libnftables.so.99")).isEmpty();
        assertThat(LibNftables.load(LibNftables.SONAME)).isPresent();
    }

    @Test
    void aBatchIsAppliedInTheNamespaceTheContextWasOpenedInWhoeverCalls() {
        assertThat(nft.run(PORTS)).isEmpty();
        assertThat(nft.run("list tables").strip()).isEqualTo("table inet gantry");
        try (TestNamespace other = new TestNamespace();
                Nftables elsewhere = Nftables.open(other.path())) {
            assertThat(elsewhere.run("list tables")).isEmpty();
            assertThat(other.call(() -> nft.run("list tables"))).contains("gantry");
        }
    }

    @Test
    void aThousandElementsGoInAndOutInOneTransactionEach() {
        nft.run(PORTS);
        StringBuilder elements = new StringBuilder();
        StringBuilder keys = new StringBuilder();
        for (int port = 1; port <= 1000; port++) {
            elements.append("tcp . ").append(port).append(" : 172.17.0.2 . 80,");
            keys.append("tcp . ").append(port).append(",");
        }
        nft.run("add element inet gantry ports { " + elements + " }");
        assertThat(nft.run("list map inet gantry ports"))
                .contains("172.17.0.2 . 80")
                .hasSizeGreaterThan(20_000);
        assertThat(nft.run("list map inet gantry ports", NftOutput.TERSE)).doesNotContain("172.17.0.2");
        nft.run("delete element inet gantry ports { " + keys + " }");
        assertThat(nft.run("list map inet gantry ports")).doesNotContain("172.17.0.2");
    }

    @Test
    void aRefusedCommandIsNamedAndNothingOfItsBatchIsApplied() {
        String batch = PORTS + "add element inet gantry ports { tcp . 80 : 172.17.0.2 . 80 }\n"
                + "add element inet gantry nothing { tcp . 81 : 172.17.0.2 . 81 }\n";
        assertThatExceptionOfType(NftablesException.class)
                .isThrownBy(() -> nft.run(batch))
                .withMessageContaining("No such file or directory")
                .satisfies(e -> {
                    assertThat(e.errno()).contains(Errno.ENOENT);
                    assertThat(e.is(Errno.ENOENT)).isTrue();
                    assertThat(e.command()).isEqualTo("add element inet gantry nothing { tcp . 81 : 172.17.0.2 . 81 }");
                });
        assertThat(nft.run("list tables")).isEmpty();
    }

    @Test
    void anObjectThatExistsIsToldFromABadCommand() {
        nft.run(PORTS);
        assertThatExceptionOfType(NftablesException.class)
                .isThrownBy(() -> nft.run("create table inet gantry"))
                .satisfies(e -> assertThat(e.errno()).contains(Errno.EEXIST));
        assertThatExceptionOfType(NftablesException.class)
                .isThrownBy(() -> nft.run("\nadd tabel inet gantry\n"))
                .satisfies(e -> {
                    assertThat(e.errno()).isEmpty();
                    assertThat(e.command()).isEqualTo("add tabel inet gantry");
                    assertThat(e.detail()).contains("syntax error");
                });
    }

    @Test
    void speaksJsonBothWays() {
        String answer = nft.runJson("{\"nftables\":[{\"add\":{\"table\":{\"family\":\"inet\",\"name\":\"gantry\"}}},"
                + "{\"list\":{\"tables\":null}}]}");
        assertThat(answer).startsWith("{\"nftables\":").contains("\"name\": \"gantry\"");
        assertThat(nft.run("list tables", NftOutput.JSON)).startsWith("{").contains("gantry");
        assertThatExceptionOfType(NftablesException.class)
                .isThrownBy(() -> nft.runJson(
                        "{\"nftables\":[{\"delete\":{\"table\":{\"family\":\"inet\",\"name\":\"nothing\"}}}]}"))
                .satisfies(e -> assertThat(e.errno()).contains(Errno.ENOENT));
    }

    @Test
    void echoTellsTheHandleOfANewRule() {
        nft.run("add table inet gantry\nadd chain inet gantry c");
        assertThat(nft.run("add rule inet gantry c accept", NftOutput.ECHO, NftOutput.HANDLE))
                .containsPattern("accept # handle \\d+");
    }

    @Test
    void aCheckChangesNothing() {
        nft.check(PORTS);
        assertThat(nft.run("list tables")).isEmpty();
        assertThatExceptionOfType(NftablesException.class)
                .isThrownBy(() -> nft.check("add chain inet gantry c"))
                .satisfies(e -> assertThat(e.errno()).contains(Errno.ENOENT));
    }

    @Test
    void misuseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> nft.run("list tables\0"));
        nft.close();
        nft.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> nft.run("list tables"));
    }
}
