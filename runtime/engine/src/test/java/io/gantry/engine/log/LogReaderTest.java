package io.gantry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.shim.DirectoryWatch;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LogReaderTest {
    private static final LogRequest ALL =
            new LogRequest(true, true, false, false, Optional.empty(), Optional.empty(), Optional.empty());

    @TempDir
    Path directory;

    private final DirectoryWatch watches = new DirectoryWatch();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private LogReader reader;
    private Path log;

    @BeforeEach
    void open() {
        reader = new LogReader(watches);
        log = directory.resolve("container.log");
    }

    @AfterEach
    void close() {
        watches.close();
    }

    @Test
    void linesOfBothStreamsComeInTheirOrderEachInOnePiece() throws Exception {
        append("00 stdout F one", "01 stderr F bad", "02 stdout F two");

        assertThat(read(ALL)).containsExactly("1:one\n", "2:bad\n", "1:two\n");
        assertThat(read(new LogRequest(
                        true, false, false, false, Optional.empty(), Optional.empty(), Optional.empty())))
                .containsExactly("1:one\n", "1:two\n");
    }

    @Test
    void partsOfALineAreJoinedThoughAnotherStreamWritesBetweenThem() throws Exception {
        append(
                "00 stdout P be",
                "01 stderr P a",
                "02 stdout P gin",
                "03 stderr F b",
                "04 stdout F ning",
                "05 stdout P end");

        assertThat(read(ALL)).containsExactly("2:ab\n", "1:beginning\n", "1:end");
    }

    @Test
    void aLineOfMoreThan16KGoesOnInPieces() throws Exception {
        append("00 stdout P " + "x".repeat(10_000), "00 stdout P " + "y".repeat(10_000), "00 stdout F z");

        List<String> pieces = read(ALL);

        assertThat(pieces).extracting(String::length).containsExactly(2 + 16_384, 2 + 3_616 + 2);
        assertThat(String.join("", pieces).replace("1:", ""))
                .isEqualTo("x".repeat(10_000) + "y".repeat(10_000) + "z\n");
    }

    @Test
    void timesAreDockersInUtcAndStandOnceBeforeALine() throws Exception {
        Files.writeString(
                log,
                "2024-03-01T12:00:00.5+02:00 stdout P a\n2024-03-01T12:00:01.000000001+02:00 stdout F b\n"
                        + "2024-03-01T12:00:02.123456789+02:00 stdout F \n");

        assertThat(read(new LogRequest(true, true, false, true, Optional.empty(), Optional.empty(), Optional.empty())))
                .containsExactly("1:2024-03-01T10:00:00.500000000Z ab\n", "1:2024-03-01T10:00:02.123456789Z \n");
    }

    @Test
    void sinceAndUntilTakeInTheirBounds() throws Exception {
        append("10 stdout F a", "11 stdout F b", "12 stderr F c", "13 stdout F d");

        assertThat(read(between(11, 12))).containsExactly("1:b\n", "2:c\n");
        assertThat(read(between(14, 20))).isEmpty();
    }

    @Test
    void theTailCountsLinesOfBothStreams() throws Exception {
        append("00 stdout F a", "01 stderr F b", "02 stdout P c", "03 stdout F d", "04 stderr F e", "05 stdout P f");

        assertThat(read(tail(0))).isEmpty();
        assertThat(read(tail(1))).containsExactly("1:f");
        assertThat(read(tail(3))).containsExactly("1:cd\n", "2:e\n", "1:f");
        assertThat(read(tail(5)))
                .containsExactly("1:a\n", "2:b\n", "1:cd\n", "2:e\n", "1:f")
                .hasSize(5);
        assertThat(read(tail(100))).hasSize(5);
    }

    @Test
    void theTailHasItsLinesWholeThoughTheirFirstPartsStandBeforeThatOfOthers() throws Exception {
        append("00 stdout F old", "01 stdout P be", "02 stderr F other", "03 stdout F gin");

        assertThat(read(tail(1))).containsExactly("1:begin\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000, 99_999, 100_000, 100_001})
    void theTailOfALargeLogIsExact(int lines) throws Exception {
        int all = 100_000;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log))) {
            for (int i = 0; i < all; i++) {
                String line = "2024-03-01T12:00:00.000000000+00:00 std" + (i % 3 == 0 ? "err" : "out") + " F line " + i
                        + "\n";
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
        }

        List<String> tail = read(tail(lines));

        int first = Math.max(0, all - lines);
        assertThat(tail).hasSize(all - first);
        assertThat(tail.get(0)).endsWith(":line " + first + "\n");
        assertThat(tail.get(tail.size() - 1)).endsWith(":line " + (all - 1) + "\n");
    }

    @Test
    void theTailOfAVeryLargeLogIsFoundWithoutReadingIt() throws Exception {
        append("00 stdout F first");
        try (var file = Files.newByteChannel(log, StandardOpenOption.WRITE)) {
            file.position(1L << 40);
            file.write(ByteBuffer.wrap("\n".getBytes(StandardCharsets.UTF_8)));
        }
        append("01 stdout F a", "02 stdout F b");

        assertThat(read(tail(1))).containsExactly("1:b\n");
    }

    @Test
    void whatIsNoRecordIsPassedOver() throws Exception {
        Files.writeString(log, "garbage\n\n2024 stdout\n" + "x".repeat(200_000) + "\n");
        append("00 stdout F good", "01 stdlog F bad", "02 stdout X bad");

        assertThat(read(ALL)).containsExactly("1:good\n");
        assertThat(read(tail(5))).containsExactly("1:good\n");
    }

    @Test
    void aLogThatIsNotThereIsEmpty() throws Exception {
        assertThat(read(ALL)).isEmpty();
        log = directory.resolve("nosuch/container.log");
        end.complete(null);
        assertThat(read(following())).isEmpty();
    }

    @Test
    void followingShowsWhatComesAndEndsWithTheContainer() throws Exception {
        append("00 stdout F old");
        Kept sink = new Kept();
        AutoCloseable reading = reader.open(log, following(), sink, end);
        sink.await("1:old\n");
        append("01 stdout F new");
        sink.await("1:new\n");
        append("02 stdout P more");
        append("03 stdout F \n04 stdout P last");
        end.complete(null);
        sink.awaitClosed();
        reading.close();

        assertThat(sink.pieces()).containsExactly("1:old\n", "1:new\n", "1:more\n", "1:last");
    }

    @Test
    void followingTheTailOfALogThatIsNotThereYet() throws Exception {
        Kept sink = new Kept();
        AutoCloseable reading = reader.open(log, followingTail(0), sink, end);
        append("00 stdout F first");
        sink.await("1:first\n");
        reading.close();
        sink.awaitClosed();

        assertThat(end).isCancelled();
    }

    @Test
    void aSinkThatBlocksIsWaitedForAndClosingEndsIt() throws Exception {
        append("00 stdout F a", "01 stdout F b");
        CountDownLatch blocked = new CountDownLatch(1);
        Kept sink = new Kept() {
            @Override
            @SuppressWarnings("UnsynchronizedOverridesSynchronized") // It must not hold the lock while it blocks.
            public void output(Channel channel, ByteBuffer data) {
                super.output(channel, data);
                blocked.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        AutoCloseable reading = reader.open(log, following(), sink, end);
        blocked.await();

        reading.close();

        sink.awaitClosed();
        assertThat(sink.pieces()).containsExactly("1:a\n");
    }

    @Test
    void aSinkThatFailsIsClosed() throws Exception {
        append("00 stdout F a", "01 stdout F b");
        Kept sink = new Kept() {
            @Override
            public synchronized void output(Channel channel, ByteBuffer data) {
                throw new IllegalStateException("gone");
            }
        };
        reader.open(log, following(), sink, end);

        sink.awaitClosed();

        assertThat(sink.pieces()).isEmpty();
    }

    @Test
    void olderFilesAreReadFirst() throws Exception {
        Files.writeString(directory.resolve("container.log.2"), record("00 stdout F a"));
        Files.writeString(directory.resolve("container.log.1"), record("01 stdout F b") + record("02 stdout P c"));
        Files.writeString(log, record("03 stdout F d"));

        assertThat(read(ALL)).containsExactly("1:a\n", "1:b\n", "1:cd\n");
        assertThat(read(tail(1))).containsExactly("1:cd\n");
        assertThat(read(tail(2))).containsExactly("1:b\n", "1:cd\n");
    }

    @Test
    void followingGoesOnInTheNextFile() throws Exception {
        append("00 stdout F a");
        Kept sink = new Kept();
        AutoCloseable reading = reader.open(log, following(), sink, end);
        sink.await("1:a\n");
        append("01 stdout F b");
        Files.move(log, directory.resolve("container.log.1"));
        append("02 stdout F c");
        Files.move(directory.resolve("container.log.1"), directory.resolve("container.log.2"));
        Files.move(log, directory.resolve("container.log.1"));
        append("03 stdout F d");
        sink.await("1:d\n");
        Files.delete(log);
        append("04 stdout F e");
        end.complete(null);
        sink.awaitClosed();
        reading.close();

        assertThat(sink.pieces()).containsExactly("1:a\n", "1:b\n", "1:c\n", "1:d\n", "1:e\n");
    }

    private static LogRequest tail(int lines) {
        return new LogRequest(true, true, false, false, Optional.empty(), Optional.empty(), Optional.of(lines));
    }

    private static LogRequest following() {
        return new LogRequest(true, true, true, false, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static LogRequest followingTail(int lines) {
        return new LogRequest(true, true, true, false, Optional.empty(), Optional.empty(), Optional.of(lines));
    }

    private static LogRequest between(int since, int until) {
        return new LogRequest(
                true, true, false, false, Optional.of(time(since)), Optional.of(time(until)), Optional.empty());
    }

    private static Instant time(int second) {
        return Instant.parse("2024-03-01T12:00:" + second + "Z");
    }

    /** {@code SS stdout F text} becomes a record of that second. */
    private static String record(String text) {
        return ("2024-03-01T12:00:" + text.substring(0, 2) + ".000000000+00:00" + text.substring(2) + "\n");
    }

    private void append(String... records) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String one : records) {
            for (String line : one.split("\n")) {
                text.append(record(line));
            }
        }
        Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private List<String> read(LogRequest request) throws Exception {
        Kept sink = new Kept();
        AutoCloseable reading = reader.open(log, request, sink, end);
        sink.awaitClosed();
        reading.close();
        return sink.pieces();
    }

    /** Keeps what it gets, each piece with the number of its stream before it. */
    private static class Kept implements OutputSink {
        private final List<String> pieces = new ArrayList<>();
        private int closings;

        @Override
        public synchronized void output(Channel channel, ByteBuffer data) {
            pieces.add((channel == Channel.STDOUT ? "1:" : "2:") + StandardCharsets.UTF_8.decode(data));
            notifyAll();
        }

        @Override
        public synchronized void closed() {
            closings++;
            notifyAll();
        }

        synchronized void await(String piece) throws InterruptedException {
            while (!pieces.contains(piece)) {
                TimeUnit.SECONDS.timedWait(this, 30);
            }
        }

        synchronized void awaitClosed() throws InterruptedException {
            while (closings == 0) {
                TimeUnit.SECONDS.timedWait(this, 30);
            }
            assertThat(closings).isEqualTo(1);
        }

        synchronized List<String> pieces() {
            return List.copyOf(pieces);
        }
    }
}
