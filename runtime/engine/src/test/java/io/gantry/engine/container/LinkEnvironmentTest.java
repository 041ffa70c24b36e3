package io.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.ModelJson;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LinkEnvironmentTest {
    @Test
    void aPortIsToldInAllItsParts() throws IOException {
        assertThat(LinkEnvironment.of("web", "my-db", "172.17.0.2", config("\"5432/tcp\":{}")))
                .containsExactly(
                        "MY_DB_PORT=tcp://172.17.0.2:5432",
                        "MY_DB_PORT_5432_TCP=tcp://172.17.0.2:5432",
                        "MY_DB_PORT_5432_TCP_ADDR=172.17.0.2",
                        "MY_DB_PORT_5432_TCP_PORT=5432",
                        "MY_DB_PORT_5432_TCP_PROTO=tcp",
                        "MY_DB_NAME=/web/my-db",
                        "MY_DB_ENV_PASSWORD=geheim=1");
    }

    @Test
    void portsThatFollowEachOtherAreARangeAndTcpComesFirst() throws IOException {
        assertThat(LinkEnvironment.of(
                        "web", "db", "10.0.0.2", config("\"53/udp\":{},\"82/tcp\":{},\"80/tcp\":{},\"81/tcp\":{}")))
                .startsWith("DB_PORT=tcp://10.0.0.2:80")
                .contains(
                        "DB_PORT_80_TCP_START=tcp://10.0.0.2:80",
                        "DB_PORT_80_TCP_PORT_START=80",
                        "DB_PORT_80_TCP_END=tcp://10.0.0.2:82",
                        "DB_PORT_80_TCP_PORT_END=82",
                        "DB_PORT_81_TCP_PORT=81",
                        "DB_PORT_53_UDP=udp://10.0.0.2:53")
                .doesNotContain("DB_PORT_53_UDP_PORT_START=53");
    }

    @Test
    void withoutPortsThereAreNameAndEnvironment() throws IOException {
        assertThat(LinkEnvironment.of("web", "db", "10.0.0.2", config("")))
                .containsExactly("DB_NAME=/web/db", "DB_ENV_PASSWORD=geheim=1");
    }

    @Test
    void linksAreReadInBothForms() {
        assertThat(Link.parse("db")).isEqualTo(new Link("db", "db"));
        assertThat(Link.parse("db:store")).isEqualTo(new Link("db", "store"));
        assertThat(Link.parse(new Link("db", "store").kept("web"))).isEqualTo(new Link("db", "store"));
        assertThatThrownBy(() -> Link.parse("a:b:c")).hasMessage("bad format for links: a:b:c");
        assertThatThrownBy(() -> Link.parse("")).hasMessage("empty string specified for links");
    }

    private static ContainerConfig config(String ports) throws IOException {
        return ModelJson.mapper()
                .readValue(
                        "{\"ExposedPorts\":{" + ports + "},\"Env\":[\"PATH=/bin\",\"HOME=/\",\"PASSWORD=geheim=1\"]}",
                        ContainerConfig.class);
    }
}
