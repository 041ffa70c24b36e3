package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Links on the default network. */
class LinksTest {
    private static WholeEngine whole;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterAll
    static void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @AfterEach
    void removeAll() {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
    }

    @Test
    void aLinkIsALineInHostsAndVariables() throws Exception {
        Container db = started("mysql-1", "", "\"ExposedPorts\":{\"3306/tcp\":{}},\"Env\":[\"ROOT=x\"],");
        Container web = started("web", "\"Links\":[\"mysql-1:db\"]", "\"Env\":[\"DB_NAME=mine\"],");

        String hosts = whole.exec(web.id(), "cat /etc/hosts").stdout();
        assertThat(hosts)
                .contains("\n" + address(db) + "\tdb " + db.id().substring(0, 12) + " mysql-1\n")
                .endsWith("\n" + address(web) + "\t" + web.id().substring(0, 12) + "\n");
        assertThat(whole.exec(web.id(), "ping -c 1 -W 2 db; env").stdout())
                .contains("1 packets received")
                .contains("DB_PORT_3306_TCP=tcp://" + address(db) + ":3306\n", "DB_ENV_ROOT=x\n")
                .contains("DB_NAME=mine\n");
        assertThat(web.hostConfig().links()).containsExactly("/mysql-1:/web/db");
    }

    @Test
    void aLinkFollowsTheOthersAddressAndName() throws Exception {
        Container db = started("db", "", "");
        Container web = started("web", "\"Links\":[\"db:store\"]", "");
        whole.engine().containers().stop("db", Optional.of(0), Optional.empty());
        Container between = started("between", "", "");
        assertThat(address(between)).isEqualTo(address(db));

        whole.engine().containers().start("db");

        String moved = address(whole.engine().containers().find("db"));
        assertThat(moved).isNotEqualTo(address(db));
        assertThat(whole.exec(web.id(), "cat /etc/hosts").stdout())
                .contains("\n" + moved + "\tstore ")
                .doesNotContain("\n" + address(db) + "\t");

        whole.engine().containers().rename("db", "other");
        whole.engine().containers().rename("web", "site");
        assertThat(whole.engine().containers().find("site").hostConfig().links())
                .containsExactly("/other:/site/store");
        whole.engine().containers().restart("site", Optional.of(0), Optional.empty());
        assertThat(whole.exec("site", "env").stdout()).contains("STORE_NAME=/site/store\n");
    }

    @Test
    void whatIsLinkedToMustRunWhenAContainerStarts() {
        started("db", "", "");
        Container web = started("web", "\"Links\":[\"db\"]", "");
        whole.engine().containers().stop("web", Optional.of(0), Optional.empty());
        whole.engine().containers().stop("db", Optional.of(0), Optional.empty());

        assertThatThrownBy(() -> whole.engine().containers().start(web.id()))
                .hasMessage("Cannot link to a non running container: /db AS /web/db");
        whole.engine().containers().remove("db", true, true);
        whole.engine().containers().start(web.id());
        assertThat(whole.engine().containers().find("web").state().isUp()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"Links\":[\"nosuch\"]|could not get container for nosuch: No such container: nosuch",
                "\"Links\":[\"a:b:c\"]|bad format for links: a:b:c",
                "\"NetworkMode\":\"host\",\"Links\":[\"a\"]|conflicting options: host type networking can't be used with links. This would result in undefined behavior",
                "\"NetworkMode\":\"container:a\",\"Links\":[\"a\"]|conflicting options: container type network can't be used with links. This would result in undefined behavior",
                "\"NetworkMode\":\"container:a\",\"Dns\":[\"192.0.2.1\"]|conflicting options: dns and the network mode",
                "\"NetworkMode\":\"container:a\",\"ExtraHosts\":[\"b:192.0.2.1\"]|conflicting options: custom host-to-IP mapping and the network mode",
                "\"ExtraHosts\":[\"b\"]|bad format for add-host: \"b\"",
                "\"ExtraHosts\":[\"b:c\"]|invalid IP address in add-host: \"c\"",
                "\"Dns\":[\"dns.example\"]|bad nameserver address dns.example"
            })
    void whatCannotBeIsRefused(String host, String message) {
        assertThatThrownBy(() -> whole.createShell("true", "{" + host + "}"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
                .hasMessage(message);
    }

    @Test
    void aContainerOnTheHostsNetworkHasItsName() throws Exception {
        String id = whole.createShell("hostname; cat /etc/hostname", "{\"NetworkMode\":\"host\"}");

        String name = WholeEngine.run("cat", "/proc/sys/kernel/hostname");
        assertThat(whole.run(id).stdout()).isEqualTo(name + name);
    }

    @Test
    void aContainerOfAnothersNetworkHasItsName() throws Exception {
        started("one", "", "\"Hostname\":\"box\",");
        String id =
                whole.createShell("hostname; cat /etc/hostname; echo $HOSTNAME", "{\"NetworkMode\":\"container:one\"}");

        assertThat(whole.run(id).stdout()).isEqualTo("box\nbox\nbox\n");
    }

    private static Container started(String name, String host, String config) {
        String id = whole.create("{\"Name\":\"" + name + "\"," + config + "\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{" + host + "}}");
        whole.engine().containers().start(id);
        return whole.engine().containers().find(id);
    }

    private static String address(Container container) {
        return container.endpoints().get(0).ipAddress();
    }
}
