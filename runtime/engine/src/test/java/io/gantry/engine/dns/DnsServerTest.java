package io.gantry.engine.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.NamedNetns;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.network.Cidr;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real packets between a resolver in a container's network namespace, the server, and name servers in a namespace that stands for the host's. */
class DnsServerTest {
    private static final String ID = "c".repeat(64);
    private static final int PATIENCE_MILLIS = 20_000;
    private static final InetAddress SERVER = Cidr.parseAddress("127.0.0.11");

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private Path host;
    private Path container;
    private DnsServer server;

    @BeforeEach
    void open() throws IOException {
        host = namespace("host");
        container = namespace("container");
        server = new DnsServer(host, false);
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        for (AutoCloseable one : opened) {
            one.close();
        }
        NamedNetns.delete(host);
        NamedNetns.delete(container);
    }

    @Test
    void namesAreAnsweredByUdpAndTcp() throws IOException {
        serve(Resolution.NONE, true);
        name("web", "10.0.0.2");

        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.2");
        assertThat(tcp("web", Packets.A).data()).containsExactly("10.0.0.2");
        assertThat(tcp("2.0.0.10.in-addr.arpa", Packets.PTR).data()).containsExactly("web.front");
        assertThat(udp("web", Packets.AAAA).answers()).isEmpty();
    }

    @Test
    void aTruncatedAnswerIsWholeByTcp() throws IOException {
        serve(Resolution.NONE, true);
        for (int i = 0; i < 250; i++) {
            server.names()
                    .put(new NameTable.Entry(
                            "n1", "e" + i, List.of("many"), List.of(Cidr.parseAddress("10.0.0." + i))));
        }

        assertThat(udp("many", Packets.A).truncated()).isTrue();
        assertThat(tcp("many", Packets.A).answers()).hasSize(250);
    }

    @Test
    void thePortsOfTheContainerStayFreeForAServerOfItsOwn() throws IOException {
        serve(Resolution.NONE, true);
        name("web", "10.0.0.2");

        Namespaces.in(container, NamespaceKind.NETWORK, () -> {
            try (DatagramSocket own = new DatagramSocket(new InetSocketAddress("0.0.0.0", 53));
                    ServerSocket ownTcp = new ServerSocket(53, 1, InetAddress.getByName("0.0.0.0"))) {
                assertThat(own.getLocalPort()).isEqualTo(ownTcp.getLocalPort());
                return null;
            }
        });
        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.2");
    }

    @Test
    void withoutRulesItTakesPort53Itself() throws IOException {
        server.close();
        server = new DnsServer(host, false, (namespace, udpPort, tcpPort) -> false);
        serve(Resolution.NONE, true);
        name("web", "10.0.0.2");

        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.2");
        assertThat(tcp("web", Packets.A).data()).containsExactly("10.0.0.2");
        server.close(ID);
        assertThat(sockets(container)).isZero();
    }

    @Test
    void anAnswerLargerThanTheAskerSaidIsPassedOnAllTheSame() throws IOException {
        String[] many = IntStream.range(0, 200).mapToObj(i -> "192.0.2." + i).toArray(String[]::new);
        stub(host, "127.0.0.53", (query, tcp) -> Packets.answer(query, 0, true, many));
        serve(resolution("127.0.0.53", true), true);

        assertThat(udp("www.example", Packets.A).answers()).hasSize(200);
    }

    @Test
    void whatIsNotKnownIsAskedOfTheHostsServerAndPassedOnAsItCame() throws IOException {
        StubServer upstream = upstream(host, "127.0.0.53", "192.0.2.7");
        serve(resolution("127.0.0.53", true), true);

        Packets.Response response = udp("www.example", Packets.A);

        assertThat(response.data()).containsExactly("192.0.2.7");
        assertThat(response.answers().get(0).ttl()).isEqualTo(7);
        assertThat(response.authoritative()).isTrue();
        assertThat(tcp("www.example", Packets.A).data()).containsExactly("192.0.2.7");
        assertThat(upstream.asked()).hasSize(2);
    }

    @Test
    void serversThatTheUserNamesAreAskedFromTheContainer() throws IOException {
        upstream(container, "127.0.0.54", "192.0.2.8");
        serve(resolution("127.0.0.54", false), false);

        assertThat(udp("www.example", Packets.A).data()).containsExactly("192.0.2.8");
    }

    @Test
    void nothingIsAskedFromTheHostForAContainerOnInternalNetworksOnly() throws IOException {
        StubServer upstream = upstream(host, "127.0.0.53", "192.0.2.7");
        serve(resolution("127.0.0.53", true), false);
        name("web", "10.0.0.2");

        assertThat(udp("www.example", Packets.A).code()).isEqualTo(Request.Code.FAILURE);
        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.2");
        assertThat(upstream.asked()).isEmpty();
    }

    @Test
    void aKnownNameIsNeverAskedOfOthers() throws IOException {
        StubServer upstream = upstream(host, "127.0.0.53", "192.0.2.7");
        serve(resolution("127.0.0.53", true), true);
        name("web", "10.0.0.2");

        assertThat(udp("web", Packets.AAAA).code()).isZero();
        assertThat(udp("web", Packets.AAAA).answers()).isEmpty();
        assertThat(udp("web", Packets.MX).answers()).isEmpty();
        assertThat(upstream.asked()).isEmpty();
    }

    @Test
    void namesWithoutDotsStayHereIfTheUserSetNdots() throws IOException {
        StubServer upstream = upstream(host, "127.0.0.53", "192.0.2.7");
        serve(new Resolution(resolution("127.0.0.53", true).upstreams(), true), true);

        assertThat(udp("short", Packets.A).code()).isZero();
        assertThat(udp("short", Packets.A).answers()).isEmpty();
        assertThat(upstream.asked()).isEmpty();
        assertThat(udp("long.example", Packets.A).data()).containsExactly("192.0.2.7");
    }

    @Test
    void thatThereIsNoSuchNameIsAnAnswer() throws IOException {
        stub(host, "127.0.0.53", (query, tcp) -> Packets.answer(query, Request.Code.NO_SUCH_NAME, false));
        StubServer second = upstream(host, "127.0.0.54", "192.0.2.7");
        serve(resolution(true, "127.0.0.53", "127.0.0.54"), true);

        assertThat(udp("www.example", Packets.A).code()).isEqualTo(Request.Code.NO_SUCH_NAME);
        assertThat(second.asked()).isEmpty();
    }

    @Test
    void theNextServerIsAskedWhenOneRefusesFailsOrIsNotThere() throws IOException {
        stub(host, "127.0.0.53", (query, tcp) -> Packets.answer(query, Request.Code.REFUSED, false));
        serve(resolution(true, "127.0.0.53", "127.0.0.99", "127.0.0.54"), true);

        assertThat(udp("www.example", Packets.A).code())
                .as("when all have failed")
                .isEqualTo(Request.Code.FAILURE);
        upstream(host, "127.0.0.54", "192.0.2.7");
        assertThat(udp("www.example", Packets.A).data()).containsExactly("192.0.2.7");
        assertThat(tcp("www.example", Packets.A).data()).containsExactly("192.0.2.7");
    }

    @Test
    void aSilentServerIsPassedByAndThenAskedLast() throws IOException {
        StubServer silent = stub(host, "127.0.0.53", (query, tcp) -> null);
        upstream(host, "127.0.0.54", "192.0.2.7");
        serve(resolution(true, "127.0.0.53", "127.0.0.54"), true);

        assertThat(udp("www.example", Packets.A).data()).containsExactly("192.0.2.7");
        assertThat(silent.asked()).hasSize(1);
        assertThat(udp("www.example", Packets.A).data()).containsExactly("192.0.2.7");
        assertThat(silent.asked()).as("not asked again").hasSize(1);
    }

    @Test
    void aServerThatOnlyLiesIsNotBelieved() throws IOException {
        stub(host, "127.0.0.53", (query, tcp) -> {
            byte[] answer = Packets.answer(query, 0, true, "203.0.113.66");
            answer[0] ^= 0x55;
            return answer;
        });
        stub(host, "127.0.0.54", (query, tcp) -> {
            byte[] answer = Packets.answer(query, 0, true, "203.0.113.66");
            answer[13] ^= 0x01;
            return answer;
        });
        stub(host, "127.0.0.55", (query, tcp) -> new byte[5]);
        serve(resolution(true, "127.0.0.53", "127.0.0.54", "127.0.0.55"), true);

        assertThat(udp("www.example", Packets.A).code()).isEqualTo(Request.Code.FAILURE);
        assertThat(tcp("www.example", Packets.A).code()).isEqualTo(Request.Code.FAILURE);
    }

    @Test
    void aLargeAnswerAndAnswersCutShortArePassedOn() throws IOException {
        String[] many = IntStream.range(0, 250).mapToObj(i -> "192.0.2." + i).toArray(String[]::new);
        stub(host, "127.0.0.53", (query, tcp) -> {
            byte[] answer = Packets.answer(query, 0, true, tcp ? many : new String[] {"192.0.2.1"});
            if (!tcp) {
                answer[2] |= 0x02;
            }
            return answer;
        });
        serve(resolution("127.0.0.53", true), true);

        assertThat(udp("www.example", Packets.A).truncated()).isTrue();
        assertThat(tcp("www.example", Packets.A).answers()).hasSize(250);
    }

    @Test
    void noMoreThanSoManyQuestionsAreOpenAtATime() throws IOException {
        stub(host, "127.0.0.53", (query, tcp) -> null);
        serve(resolution("127.0.0.53", true), true);
        name("web", "10.0.0.2");

        boolean refused = inContainer(() -> {
            try (DatagramSocket socket = socket()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                for (int i = 0; i < 5_000; i++) {
                    send(socket, "n" + i + ".example");
                    send(socket, "web");
                    int code = receivedCode(socket);
                    while (code == Request.Code.FAILURE) {
                        code = receivedCode(socket);
                    }
                    if (code == Request.Code.REFUSED) {
                        return true;
                    }
                }
                return false;
            }
        });

        assertThat(refused).isTrue();
        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.2");
    }

    @Test
    void noiseAndFloodsDoNotEndIt() throws IOException {
        serve(Resolution.NONE, true);
        name("web", "10.0.0.2");
        Random random = new Random(3);

        inContainer(() -> {
            try (DatagramSocket socket = socket()) {
                for (int i = 0; i < 20_000; i++) {
                    byte[] noise = new byte[i % 100 == 0 ? 60_000 : random.nextInt(120)];
                    random.nextBytes(noise);
                    socket.send(new DatagramPacket(noise, noise.length, SERVER, 53));
                }
            }
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Socket socket = new Socket(SERVER, 53);
                sockets.add(socket);
                byte[] noise = new byte[random.nextInt(40)];
                random.nextBytes(noise);
                try {
                    socket.getOutputStream().write(noise);
                } catch (IOException e) {
                    // It was one too many.
                }
            }
            for (Socket socket : sockets) {
                socket.close();
            }
            return null;
        });

        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.2");
        assertThat(tcp("web", Packets.A).data()).containsExactly("10.0.0.2");
    }

    @Test
    void oneConnectionAsksSeveralThings() throws IOException {
        upstream(host, "127.0.0.53", "192.0.2.7");
        serve(resolution("127.0.0.53", true), true);
        name("web", "10.0.0.2");

        List<String> answers = inContainer(() -> {
            try (Socket socket = new Socket(SERVER, 53)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                for (int i = 0; i < 20; i++) {
                    byte[] query = Packets.query(i % 2 == 0 ? "web" : "www.example", Packets.A);
                    out.writeShort(query.length);
                    out.write(query);
                }
                DataInputStream in = new DataInputStream(socket.getInputStream());
                List<String> received = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    received.addAll(Packets.read(message(in)).data());
                }
                return received;
            }
        });

        assertThat(answers).hasSize(20).containsOnly("10.0.0.2", "192.0.2.7");
    }

    @Test
    void whenTheContainerGoesItsSocketsGo() throws IOException {
        StubServer silent = stub(host, "127.0.0.53", (query, tcp) -> null);
        serve(resolution("127.0.0.53", true), true);
        inContainer(() -> {
            try (DatagramSocket socket = socket()) {
                byte[] query = Packets.query("www.example", Packets.A);
                socket.send(new DatagramPacket(query, query.length, SERVER, 53));
                return null;
            }
        });
        while (silent.asked().isEmpty()) {
            Thread.onSpinWait();
        }

        server.close(ID);
        server.close(ID);

        assertThat(server.isOpen(ID)).isFalse();
        assertThat(sockets(container)).isZero();
        assertThat(sockets(host)).as("the stub's own").isEqualTo(2);
    }

    @Test
    void anotherEngineTakesOver() throws IOException {
        serve(Resolution.NONE, true);
        server.close();

        server = new DnsServer(host, false);
        serve(Resolution.NONE, true);
        name("web", "10.0.0.3");

        assertThat(udp("web", Packets.A).data()).containsExactly("10.0.0.3");
    }

    @Test
    void aNamespaceThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> server.open(ID, directory.resolve("none"), Resolution.NONE))
                .hasMessageContaining("none");
        assertThat(server.isOpen(ID)).isFalse();
    }

    private void serve(Resolution resolution, boolean outside) throws IOException {
        server.open(ID, container, resolution);
        server.networks(ID, List.of(new Membership("n1", "front", Map.of())), outside);
    }

    private void name(String name, String address) {
        server.names().put(new NameTable.Entry("n1", "e-" + name, List.of(name), List.of(Cidr.parseAddress(address))));
    }

    private static Resolution resolution(String address, boolean fromHost) {
        return resolution(fromHost, address);
    }

    private static Resolution resolution(boolean fromHost, String... addresses) {
        return new Resolution(
                Arrays.stream(addresses)
                        .map(address -> new Upstream(Cidr.parseAddress(address), fromHost))
                        .toList(),
                false);
    }

    private StubServer upstream(Path namespace, String at, String address) throws IOException {
        return stub(namespace, at, (query, tcp) -> Packets.answer(query, 0, true, address));
    }

    private StubServer stub(Path namespace, String at, StubServer.Behaviour behaviour) throws IOException {
        StubServer stub = new StubServer(namespace, at, behaviour);
        opened.add(stub);
        return stub;
    }

    private Path namespace(String name) throws IOException {
        Path file = directory.resolve(name);
        NamedNetns.create(file);
        try (Netlink netlink = Netlink.open(file)) {
            netlink.change(LinkChange.of("lo").up());
        }
        return file;
    }

    private static DatagramSocket socket() throws IOException {
        return new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
    }

    private <T> T inContainer(Namespaces.Work<T, IOException> work) throws IOException {
        return Namespaces.in(container, NamespaceKind.NETWORK, work);
    }

    private Packets.Response udp(String name, int type) throws IOException {
        return inContainer(() -> {
            try (DatagramSocket socket = socket()) {
                byte[] query = Packets.query(name, type);
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.send(new DatagramPacket(query, query.length, SERVER, 53));
                DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
                socket.receive(answer);
                assertThat(answer.getSocketAddress()).isEqualTo(new InetSocketAddress(SERVER, 53));
                return checked(Arrays.copyOf(answer.getData(), answer.getLength()));
            }
        });
    }

    private Packets.Response tcp(String name, int type) throws IOException {
        return inContainer(() -> {
            try (Socket socket = new Socket(SERVER, 53)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                byte[] query = Packets.query(name, type);
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                out.write(ByteBuffer.allocate(2 + query.length)
                        .putShort((short) query.length)
                        .put(query)
                        .array());
                return checked(message(new DataInputStream(socket.getInputStream())));
            }
        });
    }

    private static byte[] message(DataInputStream in) throws IOException {
        byte[] message = new byte[in.readUnsignedShort()];
        in.readFully(message);
        return message;
    }

    private static Packets.Response checked(byte[] packet) {
        Packets.Response response = Packets.read(packet);
        assertThat(response.id()).isEqualTo(0x1234);
        return response;
    }

    private static void send(DatagramSocket socket, String name) throws IOException {
        byte[] query = Packets.query(name, Packets.A);
        socket.send(new DatagramPacket(query, query.length, SERVER, 53));
    }

    private static int receivedCode(DatagramSocket socket) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[512], 512);
        socket.receive(answer);
        return answer.getData()[3] & 0xF;
    }

    private static long sockets(Path namespace) {
        return Namespaces.in(namespace, NamespaceKind.NETWORK, () -> {
            long count = 0;
            for (String table : List.of("udp", "tcp", "udp6", "tcp6")) {
                try {
                    count += java.nio.file.Files.readAllLines(Path.of("/proc/thread-self/net/" + table)).stream()
                            .skip(1)
                            .filter(line -> !line.contains(" 06 "))
                            .count();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return count;
        });
    }
}
