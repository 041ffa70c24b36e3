package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Containers.Change;
import io.gantry.engine.Containers.CopyIn;
import io.gantry.engine.Containers.PathStat;
import io.gantry.engine.EngineException;
import io.gantry.engine.EngineException.Kind;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import io.gantry.image.tar.TarWriter;
import io.gantry.linux.Mounts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilesTest {
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
        assertThat(whole.mounts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void tellsWhatChanged(String driver) throws Exception {
        String id = whole.createShell(
                "mkdir -p /new/sub; echo x >/new/file; rm /etc/group; echo more >>/etc/passwd; rm -r /www;"
                        + " chmod 700 /root; rm -r /var; mkdir /var; echo y >/var/own; rm /bin/df; echo z >/bin/df",
                host(driver, ""));
        assertThat(changes(id)).isEmpty();

        whole.run(id);

        List<String> changed = List.of(
                "C /bin",
                "C /bin/df",
                "C /etc",
                "D /etc/group",
                "C /etc/passwd",
                "A /new",
                "A /new/file",
                "A /new/sub",
                "C /root",
                "C /var",
                "A /var/own",
                "D /www");
        assertThat(changes(id)).isEqualTo(changed);
        assertThat(whole.mounts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void tellsWhatChangedInARunningContainer(String driver) throws Exception {
        String id = whole.createShell("echo x >/file; sleep 1000", host(driver, ""));
        whole.engine().containers().start(id);
        whole.exec(id, "until [ -e /file ]; do usleep 1000; done");

        assertThat(changes(id)).containsExactly("A /file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void exportsItsFilesWithoutItsVolumes(String driver) throws Exception {
        String id = whole.createShell(
                "echo own >/own; echo in >/data/in; rm /etc/group", host(driver, "\"Binds\":[\"/data\"],"));
        whole.run(id);

        Map<String, String> files = files(export(id));

        assertThat(files).containsEntry("own", "own\n").containsKeys("bin/busybox", "bin/sh", "data/", "etc/passwd");
        assertThat(files).doesNotContainKeys("data/in", "etc/group", "", "/");
        assertThat(whole.mounts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void copiesOutOfContainersThatRunAndThatDoNot(String driver) throws Exception {
        String id = whole.createShell(
                "mkdir -p /dir/sub; echo one >/dir/one; echo two >/dir/sub/two; ln -s /dir /link; echo in >/data/in; sleep 1000",
                host(driver, "\"Binds\":[\"/data\"],"));
        whole.engine().containers().start(id);
        whole.exec(id, "until [ -e /data/in ]; do usleep 1000; done");
        for (boolean running : new boolean[] {true, false}) {
            if (!running) {
                whole.engine().containers().kill(id, "KILL");
                whole.await(id);
            }
            assertThat(files(copy(id, "/dir/one"))).isEqualTo(Map.of("one", "one\n"));
            assertThat(files(copy(id, "dir")))
                    .isEqualTo(Map.of("dir/", "", "dir/one", "one\n", "dir/sub/", "", "dir/sub/two", "two\n"));
            assertThat(files(copy(id, "/dir/."))).containsKeys("./", "./one", "./sub/two");
            assertThat(files(copy(id, "/link"))).isEqualTo(Map.of("link", "-> /dir"));
            assertThat(files(copy(id, "/link/"))).containsKeys("link/", "link/one");
            assertThat(files(copy(id, "/link/../dir/sub/../one"))).containsKeys("one");
            assertThat(files(copy(id, "/data"))).isEqualTo(Map.of("data/", "", "data/in", "in\n"));
            assertThat(files(copy(id, "/etc/hostname"))).isEqualTo(Map.of("hostname", id.substring(0, 12) + "\n"));
            assertThat(files(copy(id, "/"))).containsKeys("/", "/bin/busybox");
        }
        assertThat(whole.mounts()).isEmpty();
    }

    @Test
    void tellsWhatAPathIs() throws Exception {
        String id = whole.createShell(
                "echo 123 >/file; chmod 4755 /file; ln -s ../../etc/passwd /tmp/link; ln -s /nosuch/../x /tmp/gone",
                host("overlay2", ""));
        whole.run(id);

        PathStat file = stat(id, "/file");
        assertThat(file.name()).isEqualTo("file");
        assertThat(file.size()).isEqualTo(4);
        assertThat(file.mode()).isEqualTo(0755 | 1L << 23);
        assertThat(file.linkTarget()).isEmpty();
        assertThat(stat(id, "/tmp/link").mode()).isEqualTo(0777 | 1L << 27);
        assertThat(stat(id, "/tmp/link").linkTarget()).isEqualTo("/etc/passwd");
        assertThat(stat(id, "/tmp/gone").linkTarget()).isEqualTo("/x");
        assertThat(stat(id, "/").name()).isEqualTo("/");
        assertThat(stat(id, "/etc/").mode() >>> 31).isEqualTo(1);
        assertThatThrownBy(() -> stat(id, "/nosuch"))
                .isInstanceOf(EngineException.class)
                .hasMessage("Could not find the file /nosuch in container " + id)
                .extracting(e -> ((EngineException) e).kind())
                .isEqualTo(Kind.NOT_FOUND);
        assertThatThrownBy(() -> copy(id, "/nosuch/file"))
                .hasMessage("Could not find the file /nosuch/file in container " + id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlay2", "vfs"})
    void copiesIntoContainersThatRunAndThatDoNot(String driver) throws Exception {
        String id = whole.createShell(
                "cat /www/page /data/first; echo; sleep 1000", host(driver, "\"Binds\":[\"/data\"],"));
        copyIn(id, "/www", archive("page", "hello"));
        copyIn(id, "/data", archive("first", "volume"));
        assertThat(whole.mounts()).isEmpty();

        whole.engine().containers().start(id);
        copyIn(id, "/tmp", archive("sub/second", "running"));
        copyIn(id, "/data", archive("third", "data"));

        assertThat(whole.exec(id, "cat /tmp/sub/second /data/third").stdout()).isEqualTo("runningdata");
        Output logs = new Output();
        whole.engine().containers().logs(id, LogsTest.request(true, Optional.empty()), logs);
        logs.awaitOutput("hellovolume");
    }

    @Test
    void compressedArchivesAreUnpacked() throws Exception {
        String id = whole.createShell("cat /www/page", host("overlay2", ""));
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream gzip = new java.util.zip.GZIPOutputStream(compressed)) {
            archive("page", "zipped").transferTo(gzip);
        }
        copyIn(id, "/www", new ByteArrayInputStream(compressed.toByteArray()));

        assertThat(whole.run(id).stdout()).isEqualTo("zipped");
    }

    @Test
    void givesWhatIsCopiedToTheContainersUserIfAsked() throws Exception {
        String id = whole.create(
                "{\"Image\":\"" + WholeEngine.IMAGE + "\",\"User\":\"user\",\"Cmd\":[\"stat\",\"-c\",\"%u:%g\","
                        + "\"/tmp/kept\",\"/tmp/given\"],\"HostConfig\":" + host("overlay2", "") + "}");

        copyIn(id, "/tmp", archive("kept", "x"));
        whole.engine().containers().copyIn(id, "/tmp", new CopyIn(true, true), archive("given", "x"));

        assertThat(whole.run(id).stdout()).isEqualTo("0:0\n1000:1000\n");
    }

    @Test
    void refusesInDockersWords(@TempDir Path bound) throws Exception {
        String readOnly = whole.createShell(
                "true", host("overlay2", "\"ReadonlyRootfs\":true,\"Binds\":[\"/data\",\"" + bound + ":/bound:ro\"],"));
        assertRefused(readOnly, "/tmp", "container rootfs is marked read-only");
        assertRefused(readOnly, "/bound", "mounted volume is marked read-only");
        copyIn(readOnly, "/data", archive("x", "x"));
        String id = whole.createShell("true", host("overlay2", ""));
        assertRefused(id, "/etc/passwd", "extraction point is not a directory");
        assertRefused(id, "/nosuch", "Could not find the file /nosuch in container " + id);
        assertThatThrownBy(() ->
                        whole.engine().containers().copyIn(id, "/", new CopyIn(true, false), archive("etc", "file")))
                .hasMessage("cannot overwrite directory \"/etc\" with non-directory \"/\"");
        assertThat(bound).isEmptyDirectory();
    }

    @Test
    void aLinkOutOfAVolumeLeadsIntoTheContainerNotOntoTheHost() throws Exception {
        String id = whole.createShell(
                "ln -s / /data/out; ln -s /../../../../.. /up", host("overlay2", "\"Binds\":[\"/data\"],"));
        whole.run(id);

        copyIn(id, "/data/out/tmp", archive("x", "in the container"));
        copyIn(id, "/up/tmp", archive("y", "too"));

        assertThat(files(copy(id, "/tmp")))
                .containsEntry("tmp/x", "in the container")
                .containsEntry("tmp/y", "too");
        assertThat(changes(id)).contains("A /tmp/x", "A /tmp/y");
    }

    @Test
    void aLinkDoesNotLeadIntoAReadOnlyVolume(@TempDir Path bound) throws Exception {
        String id = whole.createShell(
                "ln -s /bound /tmp/link", host("overlay2", "\"Binds\":[\"" + bound + ":/bound:ro\"],"));
        whole.run(id);

        assertThatThrownBy(() -> copyIn(id, "/tmp", archive("link/x", "x")))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("EROFS");
        assertThat(bound).isEmptyDirectory();
    }

    @Test
    void whatAKilledEngineHadMountedToLookAtIsUnmounted() throws Exception {
        String id = whole.createShell("true", host("overlay2", ""));
        Path left = Files.createDirectories(whole.config().runRoot().resolve("rootfs/" + id));
        Path unknown = Files.createDirectories(whole.config().runRoot().resolve("rootfs/unknown"));
        Mounts.bind(Path.of("/usr"), left);
        Mounts.bind(Path.of("/usr"), unknown);

        whole.reopen();

        assertThat(whole.mounts()).isEmpty();
        assertThat(unknown).doesNotExist();
        assertThat(files(copy(id, "/etc/passwd"))).containsKey("passwd");
    }

    @Test
    void aContainerMayStartAndEndWhileItsFilesAreCopied() throws Exception {
        String id = whole.createShell("echo run >>/runs; sleep 1000", host("overlay2", ""));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        OutputStream slow = new OutputStream() {
            @Override
            public void write(int value) {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                kept.write(bytes, offset, length);
            }
        };
        CompletableFuture<Void> copying =
                CompletableFuture.runAsync(() -> whole.engine().containers().copyOut(id, "/", slow));
        begun.await();

        whole.engine().containers().start(id);
        whole.exec(id, "until [ -e /runs ]; do usleep 1000; done");
        whole.engine().containers().kill(id, "KILL");
        whole.await(id);
        whole.engine().containers().start(id);
        whole.exec(id, "until [ \"$(grep -c run /runs)\" = 2 ]; do usleep 1000; done");
        goOn.countDown();
        copying.get(30, TimeUnit.SECONDS);

        assertThat(files(new ByteArrayInputStream(kept.toByteArray()))).containsKey("/bin/busybox");
        assertThat(whole.exec(id, "cat /runs").stdout()).isEqualTo("run\nrun\n");
        whole.engine().containers().kill(id, "KILL");
        whole.await(id);
        assertThat(whole.mounts()).isEmpty();
    }

    private static String host(String driver, String more) {
        return "{" + more + "\"NetworkMode\":\"none\",\"StorageOpt\":{\"gantry.driver\":\"" + driver + "\"}}";
    }

    private static List<String> changes(String id) {
        return whole.engine().containers().changes(id).stream()
                .map(change -> letter(change.kind()) + " " + change.path())
                .toList();
    }

    private static String letter(Change.Kind kind) {
        return switch (kind) {
            case MODIFIED -> "C";
            case ADDED -> "A";
            case DELETED -> "D";
        };
    }

    private static PathStat stat(String id, String path) {
        return whole.engine().containers().statPath(id, path);
    }

    private static InputStream export(String id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        whole.engine().containers().export(id, out);
        return new ByteArrayInputStream(out.toByteArray());
    }

    private static InputStream copy(String id, String path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        whole.engine().containers().copyOut(id, path, out);
        return new ByteArrayInputStream(out.toByteArray());
    }

    private static void copyIn(String id, String path, InputStream archive) {
        whole.engine().containers().copyIn(id, path, new CopyIn(true, false), archive);
    }

    private static void assertRefused(String id, String path, String message) {
        assertThatThrownBy(() -> copyIn(id, path, archive("x", "x")))
                .isInstanceOf(EngineException.class)
                .hasMessage(message);
    }

    private static InputStream archive(String name, String content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarWriter tar = new TarWriter(out)) {
            tar.file(name, content.getBytes(StandardCharsets.UTF_8));
        }
        return new ByteArrayInputStream(out.toByteArray());
    }

    /** The content of each file by its name, {@code -> TARGET} of a link. */
    private static Map<String, String> files(InputStream archive) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        TarReader tar = new TarReader(archive);
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            TarEntry entry = next.get();
            String content = new String(tar.content().readAllBytes(), StandardCharsets.UTF_8);
            files.put(entry.name(), entry.linkName().isEmpty() ? content : "-> " + entry.linkName());
        }
        return files;
    }
}
