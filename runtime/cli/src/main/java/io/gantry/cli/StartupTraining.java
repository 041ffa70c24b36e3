package io.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The run from which the class-data archive is made: the commonest commands against a stand-in daemon in the same process, so that
 * their classes are loaded and linked. It needs no daemon, no root and no network, and leaves nothing behind.
 */
public final class StartupTraining {
    private static final String ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String[][] COMMANDS = {
        {"run", "--rm", "busybox", "true"},
        {
            "run",
            "--rm",
            "-e",
            "A=b",
            "-v",
            "/a:/b",
            "-p",
            "127.0.0.1:8080:80",
            "--name",
            "x",
            "--network",
            "none",
            "busybox"
        },
        {"run", "-d", "--storage-driver", "vfs", "busybox", "true"},
        {"run", "-i", "busybox", "cat"},
        {"run", "--nonsense", "busybox"},
        {"create", "busybox"},
        {"exec", "x", "true"},
        {"exec", "-i", "-e", "A=b", "x", "cat"},
        {"start", "x"},
        {"start", "-a", "x"},
        {"attach", "x"},
        {"stop", "-t", "1", "x"},
        {"restart", "x"},
        {"kill", "-s", "HUP", "x"},
        {"wait", "x"},
        {"top", "x"},
        {"port", "x"},
        {"diff", "x"},
        {"rename", "x", "y"},
        {"update", "-m", "64m", "x"},
        {"ps", "-a"},
        {"ps", "-aq"},
        {"ps", "-a", "--filter", "name=x", "--format", "table {{.ID}}\t{{json .Names}}\t{{.CreatedAt}}"},
        {"images"},
        {"images", "-q"},
        {"images", "--format", "{{.Repository}}:{{.Tag}}"},
        {"tag", "busybox", "x:1"},
        {"rmi", "x:1"},
        {"history", "busybox"},
        {"load"},
        {"logs", "x"},
        {"logs", "--since", "10m", "x"},
        {"inspect", "x"},
        {"inspect", "-f", "{{.State.Status}} {{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{end}}", "x"},
        {"rm", "-f", "x"},
        {"version"},
        {"info"},
        {"events", "--until", "0"},
        {"system", "df"},
        {"network", "ls"},
        {"network", "create", "--subnet", "10.0.0.0/24", "x"},
        {"network", "rm", "x"},
        {"volume", "ls"},
        {"volume", "create", "x"},
        {"volume", "rm", "x"},
        {"drivers", "ls"},
        {"nonsense"},
        {"run", "--nonsense"},
        {"--help"}
    };

    private StartupTraining() {}

    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("gantry-training");
        Path socket = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread thread = new Thread(() -> accept(server), "training");
            thread.setDaemon(true);
            thread.start();
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            Map<String, String> environment = new HashMap<>(System.getenv());
            environment.put("GANTRY_HOST", "unix://" + socket);
            for (String[] command : COMMANDS) {
                Main.run(command, InputStream.nullInputStream(), nowhere, nowhere, environment);
            }
            Terminal.size();
            StdinWait.open().close();
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }

    private static void accept(ServerSocketChannel server) {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                Thread thread = new Thread(() -> serve(channel), "training connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(SocketChannel channel) {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        try (channel) {
            while (channel.read(buffer) >= 0) {
                String request = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
                int end = request.indexOf("\r\n\r\n");
                if (end < 0 || request.length() < end + 4 + length(request)) {
                    continue;
                }
                buffer.clear();
                byte[] answer = answer(request.substring(0, request.indexOf('\r')));
                channel.write(ByteBuffer.wrap(answer));
                if (request.contains("Upgrade: tcp")) {
                    return;
                }
            }
        } catch (IOException closed) {
            // the client has what it wanted
        }
    }

    private static int length(String request) {
        int at = request.indexOf("Content-Length: ");
        return at < 0 ? 0 : Integer.parseInt(request.substring(at + 16, request.indexOf('\r', at)));
    }

    private static byte[] answer(String line) {
        if (line.startsWith("HEAD")) {
            return bytes("HTTP/1.1 200 OK\r\nApi-Version: 1.50\r\nContent-Length: 0\r\n\r\n");
        }
        if (line.contains("/attach?") || line.contains("/exec/" + ID + "/start")) {
            return bytes("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\1\0\0\0\0\0\0\3hi\n");
        }
        if (line.contains("/start ") || line.startsWith("DELETE")) {
            return bytes("HTTP/1.1 204 No Content\r\n\r\n");
        }
        if (line.contains("/logs?")) {
            return bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n\1\0\0\0\0\0\0\3hi\n\r\n0\r\n\r\n");
        }
        String body = body(line);
        return bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    private static String body(String line) {
        if (line.contains("/containers/json")) {
            return "[{\"Id\":\"" + ID + "\",\"Names\":[\"/x\"],\"Image\":\"busybox\",\"ImageID\":\"sha256:" + ID
                    + "\",\"Command\":\"true\",\"Created\":1700000000,\"Ports\":[{\"IP\":\"127.0.0.1\",\"PrivatePort\":80,"
                    + "\"PublicPort\":8080,\"Type\":\"tcp\"}],\"Labels\":{\"a\":\"b\"},\"State\":\"running\","
                    + "\"Status\":\"Up 2 hours\",\"NetworkSettings\":{\"Networks\":{\"bridge\":{}}},\"Mounts\":[]}]";
        }
        if (line.contains("/images/json")) {
            return "[{\"Id\":\"sha256:" + ID
                    + "\",\"RepoTags\":[\"busybox:latest\"],\"Created\":1700000000,\"Size\":1984000}]";
        }
        if (line.contains("/networks")) {
            return "[{\"Id\":\"" + ID + "\",\"Name\":\"bridge\",\"Driver\":\"bridge\",\"Scope\":\"local\","
                    + "\"Created\":\"2026-01-02T03:04:05.678Z\"}]";
        }
        if (line.contains("/drivers")) {
            return "[{\"Kind\":\"storage\",\"Name\":\"vfs\",\"Status\":\"supported\",\"Default\":false}]";
        }
        return "{\"Id\":\"" + ID
                + "\",\"StatusCode\":0,\"ExitCode\":0,\"Warnings\":null,\"State\":{\"Running\":true},"
                + "\"Config\":{\"Tty\":false,\"Labels\":{\"a\":\"b\"}},\"Size\":1.5,\"Big\":-12345678901234}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
