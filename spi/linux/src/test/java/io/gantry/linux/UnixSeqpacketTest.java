package io.gantry.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSeqpacketTest {
    private static final Server SERVER = LibraryLoader.create(Server.class).load("c");

    @TempDir
    Path temp;

    private Path path;
    private Fd listener;

    /** What only a listening side needs. */
    public interface Server {
        int bind(int fd, @In byte[] address, int length);

        int listen(int fd, int backlog);

        int accept(int fd, byte[] address, byte[] length);
    }

    @BeforeEach
    void listen() throws Exception {
        Path directory = Files.createDirectories(temp.resolve("x".repeat(120)).resolve("y".repeat(120)));
        path = directory.resolve("attach");
        listener = Fd.owning(LibC.calls().socket(1, 5, 0));
        try (Fd held = Fd.open(directory, OpenFlags.O_PATH)) {
            byte[] address = UnixSeqpacket.address(held.path() + "/attach");
            assertThat(SERVER.bind(listener.value(), address, address.length)).isZero();
        }
        assertThat(SERVER.listen(listener.value(), 5)).isZero();
    }

    @AfterEach
    void stop() {
        listener.close();
    }

    private Fd accept() {
        return Fd.owning(SERVER.accept(listener.value(), null, null));
    }

    @Test
    void packetsKeepTheirBoundariesOnALongPath() throws Exception {
        try (UnixSeqpacket client = UnixSeqpacket.connect(path);
                Fd server = accept()) {
            client.write("-one-".getBytes(UTF_8), 1, 3);
            client.write("two".getBytes(UTF_8), 0, 3);
            byte[] buffer = new byte[100];
            assertThat(LibC.calls().read(server.value(), buffer, 100)).isEqualTo(3);
            assertThat(new String(buffer, 0, 3, UTF_8)).isEqualTo("one");
            LibC.calls().write(server.value(), "answer".getBytes(UTF_8), 6);
            assertThat(client.read(buffer)).isEqualTo(6);
            client.shutdownWrite();
            assertThat(LibC.calls().read(server.value(), buffer, 100)).isEqualTo(3);
            assertThat(LibC.calls().read(server.value(), buffer, 100)).isZero();
            LibC.calls().write(server.value(), new byte[50], 50);
            assertThatThrownBy(() -> client.read(new byte[10]))
                    .hasMessageContaining("EMSGSIZE")
                    .hasMessageContaining("50 bytes for a buffer of 10");
        }
    }

    @Test
    void theEndOfTheOtherSideIsSeen() throws Exception {
        try (UnixSeqpacket client = UnixSeqpacket.connect(path)) {
            accept().close();
            assertThat(client.read(new byte[10])).isEqualTo(-1);
            assertThatThrownBy(() -> client.write(new byte[1], 0, 1)).hasMessageContaining("EPIPE");
        }
    }

    @Test
    void closingWakesAReader() throws Exception {
        UnixSeqpacket client = UnixSeqpacket.connect(path);
        try (Fd server = accept()) {
            CompletableFuture<Integer> firstPacket = new CompletableFuture<>();
            CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> {
                try {
                    firstPacket.complete(client.read(new byte[10]));
                    return client.read(new byte[10]);
                } catch (ClosedChannelException e) {
                    throw new IllegalStateException(e);
                }
            });
            LibC.calls().write(server.value(), new byte[1], 1);
            assertThat(firstPacket.get()).isEqualTo(1);
            client.close();
            client.close();
            assertThatThrownBy(reading::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void endingTheInputOfAClosedSocketDoesNothing() throws Exception {
        UnixSeqpacket client = UnixSeqpacket.connect(path);
        accept().close();
        client.close();
        assertThatCode(client::shutdownWrite).doesNotThrowAnyException();
    }

    @Test
    void theSocketCanBeGivenAway() throws Exception {
        UnixSeqpacket client = UnixSeqpacket.connect(path);
        try (Fd server = accept();
                Fd own = Fd.owning(client.detach())) {
            assertThat(LibC.calls().write(own.value(), new byte[4], 4)).isEqualTo(4);
            assertThat(LibC.calls().read(server.value(), new byte[10], 10)).isEqualTo(4);
            assertThatThrownBy(client::fd).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aSocketThatNobodyServesIsNamed() {
        assertThatThrownBy(() -> UnixSeqpacket.connect(temp.resolve("none"))).hasMessageContaining("ENOENT");
        listener.close();
        assertThatThrownBy(() -> UnixSeqpacket.connect(path))
                .hasMessageContaining("connect " + path + ": ECONNREFUSED");
    }
}
