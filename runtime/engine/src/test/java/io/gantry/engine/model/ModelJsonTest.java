package io.gantry.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelJsonTest {
    private final ObjectMapper mapper = ModelJson.mapper();

    @Test
    void readsWhatDockerSends() throws Exception {
        HostConfig host = mapper.readValue("""
                {"Binds":["/a:/b:ro"],"NetworkMode":"default","PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}],"81/tcp":null},
                 "RestartPolicy":{"Name":"no","MaximumRetryCount":0},"memory":1048576,"PidsLimit":null,"Init":true,"StorageOpt":null,
                 "Ulimits":[{"Name":"nofile","Soft":10,"Hard":20}],"UTSMode":"host","Unheard":1}
                """, HostConfig.class);
        assertThat(host.binds()).containsExactly("/a:/b:ro");
        assertThat(host.portBindings().get("80/tcp")).containsExactly(new PortBinding("", "8080"));
        assertThat(host.memory()).isEqualTo(1048576);
        assertThat(host.pidsLimit()).isEmpty();
        assertThat(host.init()).contains(true);
        assertThat(host.storageOpt()).isEmpty();
        assertThat(host.utsMode()).isEqualTo("host");
        assertThat(host.ulimits()).containsExactly(new Ulimit("nofile", 10, 20));
    }

    @Test
    void tellsAnEmptyEntrypointFromNone() throws Exception {
        assertThat(mapper.readValue("{\"Entrypoint\":null}", ContainerConfig.class)
                        .entrypoint())
                .isEmpty();
        assertThat(mapper.readValue("{\"Entrypoint\":[]}", ContainerConfig.class)
                        .entrypoint())
                .isEqualTo(Optional.of(List.of()));
    }

    @Test
    void writesDockersNames() throws Exception {
        String json = mapper.writeValueAsString(new EndpointSettings(
                Optional.empty(), List.of(), List.of("db"), "02:42:ac:11:00:02", Map.of(), 0, "abc"));
        assertThat(json)
                .contains(
                        "\"IPAMConfig\":null",
                        "\"Aliases\":[\"db\"]",
                        "\"NetworkID\":\"abc\"",
                        "\"MacAddress\":\"02:42");
    }

    @Test
    void aHostConfigSurvivesARoundTrip() throws Exception {
        assertThat(mapper.readValue(mapper.writeValueAsString(HostConfig.NONE), HostConfig.class))
                .isEqualTo(HostConfig.NONE);
    }
}
