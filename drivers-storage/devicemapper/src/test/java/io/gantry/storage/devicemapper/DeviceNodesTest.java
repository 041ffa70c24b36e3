package io.gantry.storage.devicemapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.DeviceNumber;
import io.gantry.linux.FileKind;
import io.gantry.linux.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("devicemapper")
class DeviceNodesTest {
    @BeforeAll
    static void assumeDeviceMapper() {
        DeviceMapper.assume();
    }

    @Test
    void aNodeIsMadeBySeveralAtOnce() throws Exception {
        DeviceNodes nodes = new DeviceNodes();
        String name = "gantry-test-" + ProcessHandle.current().pid();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 100; round++) {
                long device = DeviceNumber.of(7, 200 + round);
                List<Future<?>> makers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    makers.add(threads.submit(() -> nodes.make(name, device)));
                }
                for (Future<?> maker : makers) {
                    maker.get(1, TimeUnit.MINUTES);
                }
                Stat made = Stat.following(nodes.of(name)).orElseThrow();
                assertThat(made.kind()).isEqualTo(FileKind.BLOCK_DEVICE);
                assertThat(made.rdevice()).isEqualTo(device);
            }
        } finally {
            threads.shutdownNow();
            nodes.remove(name);
        }
        assertThat(nodes.of(name)).doesNotExist();
    }
}
