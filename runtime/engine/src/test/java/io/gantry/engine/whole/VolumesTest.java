package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.EngineException;
import io.gantry.engine.Volumes.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumesTest {
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
        whole.engine().volumes().list().forEach(one -> whole.engine().volumes().remove(one.name(), true));
        assertThat(whole.mounts()).isEmpty();
    }

    @Test
    void anEmptyVolumeIsFilledWithWhatTheImageHasThere() throws Exception {
        String first = whole.createShell(
                "stat -c %u:%a /etc/passwd; echo kept >/etc/own",
                "{\"NetworkMode\":\"none\",\"Binds\":[\"data:/etc\"]}");
        assertThat(whole.run(first).stdout()).isEqualTo("0:644\n");

        String second = whole.createShell(
                "cat /data/own; grep -c user /data/passwd",
                "{\"NetworkMode\":\"none\",\"StorageOpt\":{\"gantry.driver\":\"vfs\"},\"Binds\":[\"data:/data:ro\"]}");

        assertThat(whole.run(second).stdout()).isEqualTo("kept\n1\n");
    }

    @Test
    void aVolumeIsFilledOnlyWhileItIsEmptyAndNotWithNocopy() throws Exception {
        String id = whole.createShell("ls /etc", "{\"NetworkMode\":\"none\",\"Binds\":[\"bare:/etc:nocopy\"]}");

        assertThat(whole.run(id).stdout()).doesNotContain("passwd");
    }

    @Test
    void aReadOnlyVolumeIsNotWritten() throws Exception {
        String id = whole.createShell("touch /v/x", "{\"NetworkMode\":\"none\",\"Binds\":[\"fixed:/v:ro\"]}");

        assertThat(whole.run(id).stderr()).contains("Read-only file system");
    }

    @Test
    void aHostDirectoryIsBoundAndMadeIfMissing() throws Exception {
        Path host = whole.directory().resolve("host/made");
        String id = whole.createShell("echo in >/h/file", "{\"NetworkMode\":\"none\",\"Binds\":[\"" + host + ":/h\"]}");

        whole.run(id);

        assertThat(Files.readString(host.resolve("file"))).isEqualTo("in\n");
    }

    @Test
    void anAnonymousVolumeGoesWithItsContainerIfAskedAndANamedOneStays() {
        String id = whole.create("{\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"Volumes\":{\"/anon\":{}},\"HostConfig\":{\"NetworkMode\":\"none\",\"Binds\":[\"named:/n\"]}}");
        assertThat(whole.engine().volumes().list()).hasSize(2);

        assertThatThrownBy(() -> whole.engine().volumes().remove("named", false))
                .isInstanceOf(EngineException.class)
                .hasMessage("remove named: volume is in use - [" + id + "]");
        whole.engine().containers().remove(id, false, true);

        assertThat(whole.engine().volumes().list()).extracting(Volume::name).containsExactly("named");
    }

    @Test
    void pruneRemovesAnonymousOnesOnlyUnlessAll() {
        whole.engine().volumes().create("", "", Map.of(), Map.of());
        whole.engine().volumes().create("named", "", Map.of(), Map.of());

        assertThat(whole.engine().volumes().prune(false, Map.of()).names()).hasSize(1);
        assertThat(whole.engine().volumes().prune(true, Map.of()).names()).isEqualTo(List.of("named"));
    }

    @Test
    void aVolumeOfAContainerThatCannotBeMadeIsNotLeft() {
        assertThatThrownBy(() ->
                        whole.createShell("true", "{\"NetworkMode\":\"none\",\"Binds\":[\"gone:/a\",\"other:/a\"]}"))
                .hasMessageContaining("Duplicate mount point: /a");

        assertThat(whole.engine().volumes().list()).isEmpty();
        assertThat(whole.engine().containers().list()).isEmpty();
    }

    @Test
    void tmpfsAndMountRequestsWork() throws Exception {
        String id = whole.createShell(
                "grep ' /t ' /proc/mounts; grep ' /u ' /proc/mounts",
                "{\"NetworkMode\":\"none\",\"Tmpfs\":{\"/t\":\"size=1m\"},\"Mounts\":[{\"Type\":\"tmpfs\",\"Target\":\"/u\",\"TmpfsOptions\":{\"SizeBytes\":2097152}}]}");

        assertThat(whole.run(id).stdout()).contains("size=1024k").contains("size=2048k");
    }
}
