package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.engine.Checks;
import io.gantry.engine.Containers.Change;
import io.gantry.engine.Containers.CopyIn;
import io.gantry.engine.catalogue.DriverReport;
import io.gantry.engine.image.DockerArchives;
import io.gantry.engine.whole.WholeEngine.Ran;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Containers in every storage driver that works here, all in one engine, on an image that came once. */
@Timeout(600)
class EveryDriverTest {
    private static final String IMAGE = "layered:test";

    @TempDir
    Path directory;

    private Optional<StorageGround> ground = Optional.empty();
    private WholeEngine whole;

    @BeforeEach
    void open() throws IOException {
        StorageGround made = StorageGround.in(directory);
        ground = Optional.of(made);
        whole = WholeEngine.in(directory, made::in);
        DockerArchives archives = new DockerArchives();
        archives.addTars(
                "sh",
                Instant.EPOCH,
                List.of(
                        whole.rootArchive(),
                        DockerArchives.tar(Map.of("etc/second", text("second"), "var/gone", text("to be deleted"))),
                        DockerArchives.tar(Map.of("etc/third", text("third"), "var/.wh.gone", new byte[0]))),
                IMAGE);
        whole.engine().images().load(new ByteArrayInputStream(archives.archive()), line -> {});
    }

    @AfterEach
    void close() throws IOException {
        try {
            if (whole != null) {
                whole.close();
            }
        } finally {
            if (ground.isPresent()) {
                ground.get().close();
            }
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Stream<String> drivers() {
        return Stream.of(StorageGround.ALL.split(","));
    }

    private void assumeWorks(String driver) {
        DriverReport report = report(driver);
        assumeThat(report.status()).as(report.reason()).isEqualTo("supported");
    }

    private DriverReport report(String driver) {
        return whole.engine().drivers().stream()
                .filter(one -> one.kind().equals("storage") && one.name().equals(driver))
                .findFirst()
                .orElseThrow();
    }

    private List<String> working() {
        return drivers()
                .filter(driver -> report(driver).status().equals("supported"))
                .toList();
    }

    private String create(String driver, String script) {
        return whole.create("{\"Image\":\"" + IMAGE + "\",\"Cmd\":[\"sh\",\"-c\"," + WholeEngine.quoted(script)
                + "],\"HostConfig\":{\"NetworkMode\":\"none\",\"StorageOpt\":{\"gantry.driver\":\"" + driver + "\"}}}");
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void aContainerLivesAndLeavesNothing(String driver) throws Exception {
        assumeWorks(driver);
        String id = create(
                driver,
                "cat /etc/second /etc/third; test -e /var/gone || echo absent; test -e /root/seen && echo again;"
                        + " echo new > /root/seen; echo changed > /etc/second; rm /etc/third; mkdir /var/made");
        assertThat(whole.run(id)).isEqualTo(new Ran(0, "secondthirdabsent\n", ""));

        assertThat(whole.engine().containers().changes(id))
                .extracting(EveryDriverTest::shown)
                .containsExactly(
                        "C /etc", "C /etc/second", "D /etc/third", "C /root", "A /root/seen", "C /var", "A /var/made");
        assertThat(exported(id))
                .containsEntry("root/seen", "new\n")
                .containsEntry("etc/second", "changed\n")
                .containsKey("var/made/")
                .doesNotContainKeys("etc/third", "var/gone");

        copyIn(id, "/var/made", "in.txt", "brought in");
        assertThat(copiedOut(id, "/var/made/in.txt")).containsEntry("in.txt", "brought in");
        assertClean();

        whole.reopen();
        Ran again = whole.run(id);
        assertThat(again.stdout()).startsWith("changed\n").endsWith("again\n");
        assertThat(copiedOut(id, "/var/made/in.txt")).containsEntry("in.txt", "brought in");

        whole.engine().containers().remove(id, false, false);
        assertThat(whole.mounts()).noneMatch(mount -> mount.contains(id));
        // both may begin with the same layer
        whole.engine().images().remove(IMAGE, false, false);
        whole.engine().images().remove(WholeEngine.IMAGE, false, false);
        awaitNoLayers(driver);
        assertClean();
    }

    @Test
    void severalRunAtOnceOnAnImageThatCameOnce() throws Exception {
        List<String> drivers = working();
        assertThat(drivers).contains("vfs", "overlay2");
        Map<String, Long> content = content();
        Map<String, String> containers = new LinkedHashMap<>();
        for (String driver : drivers) {
            String id = create(driver, "cat /etc/third; echo " + driver + " > /etc/third; exec sleep 1000");
            whole.engine().containers().start(id);
            containers.put(driver, id);
        }
        for (Map.Entry<String, String> one : containers.entrySet()) {
            String id = one.getValue();
            assertThat(whole.engine().containers().find(id).storageDriver()).isEqualTo(one.getKey());
            assertThat(whole.exec(
                            id,
                            "while ! grep -q " + one.getKey() + " /etc/third; do usleep 1000; done; cat /etc/third"))
                    .isEqualTo(new Ran(0, one.getKey() + "\n", ""));
        }
        assertThat(whole.engine().info().openStorageDrivers()).containsAll(drivers);
        assertThat(content()).as("nothing is brought in twice").isEqualTo(content);
        assertClean();
    }

    private void assertClean() {
        Checks.Report report =
                whole.engine().checks().check(new Checks.Request(Optional.empty(), false, false), line -> {});
        assertThat(report.faults()).isEmpty();
        assertThat(report.examined()).allMatch(one -> one.problem().isEmpty());
    }

    private static String shown(Change change) {
        return change.kind().name().charAt(0) == 'M'
                ? "C " + change.path()
                : change.kind().name().charAt(0) + " " + change.path();
    }

    private Map<String, String> exported(String id) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        whole.engine().containers().export(id, out);
        return files(out.toByteArray());
    }

    private Map<String, String> copiedOut(String id, String path) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        whole.engine().containers().copyOut(id, path, out);
        return files(out.toByteArray());
    }

    private static Map<String, String> files(byte[] archive) throws IOException {
        Map<String, String> files = new TreeMap<>();
        TarReader tar = new TarReader(new ByteArrayInputStream(archive));
        for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
            String name = next.get().name();
            files.put(
                    name,
                    name.startsWith("bin/") ? "" : new String(tar.content().readAllBytes(), StandardCharsets.UTF_8));
        }
        return files;
    }

    private void copyIn(String id, String path, String name, String content) {
        whole.engine()
                .containers()
                .copyIn(
                        id,
                        path,
                        new CopyIn(false, false),
                        new ByteArrayInputStream(DockerArchives.tar(Map.of(name, text(content)))));
    }

    private Map<String, Long> content() throws IOException {
        Path blobs = whole.config().dataRoot().resolve("content/blobs");
        Map<String, Long> all = new TreeMap<>();
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(blobs)) {
            walk.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            all.put(
                    file.getFileName().toString(),
                    Files.getLastModifiedTime(file).toMillis());
        }
        return all;
    }

    /** The space is given back behind the scenes. */
    private void awaitNoLayers(String driver) throws IOException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!StorageGround.layers(whole.config().storageRoot(driver)).isEmpty()) {
            assertThat(System.nanoTime())
                    .as("time to remove %s", StorageGround.layers(whole.config().storageRoot(driver)))
                    .isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }
}
