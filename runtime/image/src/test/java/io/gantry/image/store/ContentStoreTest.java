package io.gantry.image.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.NoSpaceException;
import io.gantry.image.testing.SmallDisk;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);
    private static final Digest HELLO_DIGEST =
            Digest.parse("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    private static final Digest ABSENT = Digest.of("absent".getBytes(US_ASCII));

    @TempDir
    Path root;

    private ContentStore store;

    @BeforeEach
    void open() throws IOException {
        store = ContentStore.open(root);
    }

    @Test
    void keepsContentByItsDigest() throws IOException {
        try (Lease lease = store.lease()) {
            assertThat(lease.add(HELLO)).isEqualTo(HELLO_DIGEST);
            assertThat(lease.add(new ByteArrayInputStream(HELLO))).isEqualTo(HELLO_DIGEST);
        }
        ContentStore reopened = ContentStore.open(root);
        assertThat(reopened.contains(HELLO_DIGEST)).isTrue();
        assertThat(reopened.size(HELLO_DIGEST)).hasValue(5);
        assertThat(reopened.read(HELLO_DIGEST, 5)).isEqualTo(HELLO);
        assertThat(reopened.list()).containsExactly(HELLO_DIGEST);
        try (InputStream in = reopened.openBlob(HELLO_DIGEST)) {
            assertThat(in.readAllBytes()).isEqualTo(HELLO);
        }
        reopened.verify(HELLO_DIGEST);
    }

    @Test
    void whatIsNotThereIsMissing() throws IOException {
        assertThat(store.contains(ABSENT)).isFalse();
        assertThat(store.size(ABSENT)).isEmpty();
        assertThat(store.delete(ABSENT)).isFalse();
        assertThatThrownBy(() -> store.openBlob(ABSENT))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.MISSING))
                .hasMessageContaining(ABSENT.toString());
    }

    @Test
    void aPromisedDigestIsChecked() throws IOException {
        try (Lease lease = store.lease();
                Ingest ingest = lease.ingest()) {
            ingest.write(HELLO, 0, 5);
            ingest.write('!');
            assertThat(ingest.size()).isEqualTo(6);
            assertThatThrownBy(() -> ingest.commit(Optional.of(HELLO_DIGEST)))
                    .isInstanceOfSatisfying(
                            ImageFormatException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.DIGEST_MISMATCH))
                    .hasMessageContaining("not " + HELLO_DIGEST + " as promised");
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void whatIsNotCommittedIsGone() throws IOException {
        try (Lease lease = store.lease();
                Ingest ingest = lease.ingest()) {
            ingest.write(HELLO, 0, 5);
            assertThat(files()).hasSize(1);
            assertThat(ingest.content().readAllBytes()).isEqualTo(HELLO);
            assertThatThrownBy(() -> ingest.write(HELLO, 0, 5)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void damageOnDiskIsNoticedAndRepairedByAddingTheContentAgain() throws IOException {
        try (Lease lease = store.lease()) {
            lease.add(HELLO);
            Files.write(blob(HELLO_DIGEST), new byte[] {0}, StandardOpenOption.WRITE);

            assertThatThrownBy(() -> store.verify(HELLO_DIGEST))
                    .hasMessageContaining("is damaged on disk")
                    .hasMessageContaining("load or pull it again");
            assertThatThrownBy(() -> store.read(HELLO_DIGEST, 5))
                    .isInstanceOfSatisfying(
                            ImageFormatException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.DIGEST_MISMATCH));
            lease.add(HELLO);
            store.verify(HELLO_DIGEST);
        }
    }

    @Test
    void readsNoMoreThanAllowed() throws IOException {
        try (Lease lease = store.lease()) {
            lease.add(HELLO);
        }
        assertThatThrownBy(() -> store.read(HELLO_DIGEST, 4))
                .isInstanceOfSatisfying(
                        ImageFormatException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT));
    }

    @Test
    void manyMayAddTheSameContentAtOnce() throws Exception {
        int writers = 8;
        byte[] large = new byte[300_000];
        CyclicBarrier start = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Future<Digest>> added = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                added.add(threads.submit(() -> {
                    try (Lease lease = store.lease();
                            Ingest ingest = lease.ingest()) {
                        ingest.write(large, 0, large.length);
                        start.await();
                        Digest digest = ingest.commit(Optional.empty());
                        store.verify(digest);
                        return digest;
                    }
                }));
            }
            for (Future<Digest> digest : added) {
                assertThat(digest.get()).isEqualTo(Digest.of(large));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(files()).containsExactly(blob(Digest.of(large)));
    }

    @Test
    void collectionSparesWhatIsLiveOrHeld() throws IOException {
        Digest live = add("live");
        Digest dead = add("dead");
        Digest held = add("held");
        try (Lease lease = store.lease()) {
            Lease second = store.lease();
            assertThat(lease.hold(held)).isTrue();
            assertThat(second.hold(held)).isTrue();
            assertThat(lease.hold(ABSENT)).isFalse();
            assertThat(store.delete(held)).isFalse();
            second.close();
            second.close();

            assertThat(store.collect(() -> Set.of(live))).isEqualTo(4);
            assertThat(store.list()).containsExactlyInAnyOrder(live, held);
            assertThat(store.contains(dead)).isFalse();
        }
        store.collect(() -> Set.of(live));
        assertThat(store.list()).containsExactly(live);
        assertThat(store.delete(live)).isTrue();
    }

    /** An image that arrives between the question what is live and the deletion must not lose its content. */
    @Test
    void collectionSparesWhatArrivesMeanwhile() throws IOException {
        Digest there = add("there already, and dead until now");
        List<Digest> arrived = new ArrayList<>();
        store.collect(() -> {
            Set<Digest> live = Set.of();
            try (Lease lease = store.lease()) {
                arrived.add(lease.add("new".getBytes(US_ASCII)));
                lease.hold(there);
                arrived.add(there);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return live;
        });
        assertThat(store.list()).containsExactlyInAnyOrderElementsOf(arrived);
        store.collect(Set::of);
        assertThat(store.list()).isEmpty();
    }

    @Test
    void aClosedLeaseTakesNothing() throws IOException {
        Lease lease = store.lease();
        lease.close();
        assertThatThrownBy(() -> lease.hold(HELLO_DIGEST)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> lease.add(HELLO)).isInstanceOf(IllegalStateException.class);
        assertThat(files()).isEmpty();
    }

    @Test
    void aKilledProcessLeavesNothingButWholeBlobs() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessIngest.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), US_ASCII))) {
            assertThat(output.readLine()).isEqualTo("under way");
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(files()).as("what the process was writing").hasSize(2);

        ContentStore reopened = ContentStore.open(root);
        Digest whole = Digest.of("whole".getBytes(US_ASCII));
        assertThat(files()).containsExactly(blob(whole));
        reopened.verify(whole);
    }

    @Test
    void aFullDiskIsToldWithItsRemedyAndKeepsNothing() throws IOException {
        try (SmallDisk disk = SmallDisk.of("1m")) {
            ContentStore small = ContentStore.open(disk.path());
            try (Lease lease = small.lease()) {
                assertThatThrownBy(() -> lease.add(new byte[2 << 20]))
                        .isInstanceOf(NoSpaceException.class)
                        .hasMessageStartingWith("no space left on device while writing " + disk.path())
                        .hasMessageContaining("free space or inodes there");
            }
            assertThat(files(disk.path())).isEmpty();
            assertThat(small.list()).isEmpty();
        }
    }

    @Test
    void digestsAreParsedStrictly() {
        assertThat(Digest.parse(HELLO_DIGEST.toString())).isEqualTo(HELLO_DIGEST);
        assertThat(HELLO_DIGEST.shortHex()).isEqualTo("2cf24dba5fb0");
        for (String wrong : List.of(
                "",
                "sha256:",
                "sha256:2cf2",
                "sha256:../../../../../../../../../../../../../../../../../../etc/passwd..",
                "sha256:" + "Z".repeat(64),
                "sha256:" + "A".repeat(64),
                "sha512:" + "a".repeat(128),
                "md5:a",
                HELLO_DIGEST.hex(),
                "a:" + "b.c".repeat(200_000),
                "a" + "-b".repeat(200_000) + ":c")) {
            assertThatThrownBy(() -> Digest.parse(wrong))
                    .as(wrong.length() > 80 ? wrong.substring(0, 80) : wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Digest.parse("sha512:" + "a".repeat(128))).hasMessage("unsupported digest algorithm");
        assertThatThrownBy(() -> Digest.parse("sha256:12")).hasMessage("invalid checksum digest length");
    }

    private Digest add(String content) throws IOException {
        try (Lease lease = store.lease()) {
            return lease.add(content.getBytes(US_ASCII));
        }
    }

    private Path blob(Digest digest) {
        return root.resolve("blobs/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }

    private List<Path> files() throws IOException {
        return files(root);
    }

    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
