package io.gantry.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scripted answer, written {@code METHOD PATH-REGEX STATUS KIND BODY}. Kinds: {@code none}, {@code json}, {@code text},
 * {@code frames} (lines {@code 1:out} and {@code 2:err} separated by {@code |}), {@code raw}, {@code echo} (what the client
 * sends on a hijacked connection, as a frame), {@code held} (JSON whose head comes at once and whose body after a start),
 * {@code header} (headers alone, {@code Name: value|Name: value}), {@code tar} and {@code drop} (the connection breaks). The word {@code once} after the status uses it up.
 * {@code AGO(n)} in a body is the time n seconds ago, as a number; {@code ISO(n)} the same as text.
 */
record StubAnswer(String method, Pattern path, int status, boolean once, String kind, String body) {
    private static final Pattern LINE = Pattern.compile("(\\S+) (\\S+) (\\d+)( once)? (\\S+) ?(.*)", Pattern.DOTALL);
    private static final Pattern TIME = Pattern.compile("(AGO|ISO)\\((\\d+)\\)");

    static StubAnswer parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an answer: " + line);
        }
        return new StubAnswer(
                matcher.group(1),
                Pattern.compile(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                matcher.group(4) != null,
                matcher.group(5),
                matcher.group(6).replace("\\n", kindOfText(matcher.group(5)) ? "\n" : "\\n"));
    }

    private static boolean kindOfText(String kind) {
        return !kind.equals("json") && !kind.equals("held");
    }

    boolean fits(StubRequest request) {
        return method.equals(request.method()) && path.matcher(request.path()).matches();
    }

    /** Writes the answer; false when the connection is at its end. */
    boolean give(StubRequest request, InputStream in, OutputStream out, CountDownLatch started) throws IOException {
        switch (kind) {
            case "drop" -> {
                return false;
            }
            case "none" -> head(out, "Content-Length: 0\r\n");
            case "header" -> head(out, body.replace("|", "\r\n") + "\r\nContent-Length: 0\r\n");
            case "json" -> sized(request.method().equals("HEAD"), out, "application/json", bytes(timed(body)));
            case "text" -> sized(false, out, "text/plain; charset=utf-8", bytes(body));
            case "held" -> {
                head(out, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n");
                out.flush();
                await(started);
                byte[] late = bytes(body);
                out.write(bytes(Integer.toHexString(late.length) + "\r\n"));
                out.write(late);
                out.write(bytes("\r\n0\r\n\r\n"));
            }
            case "tar" -> sized(false, out, "application/x-tar" + stat(request), tar());
            default -> {
                return stream(request, in, out);
            }
        }
        out.flush();
        return true;
    }

    private boolean stream(StubRequest request, InputStream in, OutputStream out) throws IOException {
        if (status == 101) {
            head(out, "Content-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n");
        } else {
            head(out, "Content-Type: application/vnd.docker.raw-stream\r\nConnection: close\r\n");
        }
        out.flush();
        if (kind.equals("echo")) {
            in.transferTo(request.stdin());
            out.write(frame(1, request.stdin().toByteArray()));
        } else if (kind.equals("frames")) {
            for (String line : body.isEmpty() ? new String[0] : body.split("\\|")) {
                out.write(frame(line.charAt(0) - '0', bytes(line.substring(2))));
            }
        } else {
            out.write(bytes(body));
        }
        out.flush();
        return false;
    }

    static byte[] frame(int stream, byte[] content) {
        byte[] frame = new byte[8 + content.length];
        frame[0] = (byte) stream;
        frame[4] = (byte) (content.length >> 24);
        frame[5] = (byte) (content.length >> 16);
        frame[6] = (byte) (content.length >> 8);
        frame[7] = (byte) content.length;
        System.arraycopy(content, 0, frame, 8, content.length);
        return frame;
    }

    /** The header that tells of the first entry, when a file of a container is asked for. */
    private String stat(StubRequest request) {
        if (!request.path().endsWith("/archive")) {
            return "";
        }
        String first = body.split("\\|")[0].replaceAll("(/|=.*|->.*)$", "");
        long mode = body.startsWith(first + "/") ? 0x80000000L | 0755 : 0644;
        String stat = "{\"name\":\"" + first + "\",\"size\":9,\"mode\":" + mode
                + ",\"mtime\":\"2026-01-02T03:04:05Z\",\"linkTarget\":\"\"}";
        return "\r\nX-Docker-Container-Path-Stat: " + Base64.getEncoder().encodeToString(bytes(stat));
    }

    /** An archive of the entries in the body: {@code name=content}, or {@code name/} for a directory, or {@code name->target}. */
    private byte[] tar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarWriter writer = new TarWriter(bytes)) {
            for (String entry : body.split("\\|")) {
                int equals = entry.indexOf('=');
                int arrow = entry.indexOf("->");
                if (arrow > 0) {
                    writer.add(
                            new TarEntry(
                                    entry.substring(0, arrow), '2', 0777, 0, 0, 0, 1000, entry.substring(arrow + 2)),
                            InputStream.nullInputStream());
                } else if (entry.endsWith("/")) {
                    writer.add(new TarEntry(entry, '5', 0755, 0, 0, 0, 1000, ""), InputStream.nullInputStream());
                } else {
                    byte[] content = bytes(entry.substring(equals + 1));
                    writer.add(
                            new TarEntry(entry.substring(0, equals), '0', 0644, 0, 0, content.length, 1000, ""),
                            new java.io.ByteArrayInputStream(content));
                }
            }
        }
        return bytes.toByteArray();
    }

    private void sized(boolean head, OutputStream out, String type, byte[] content) throws IOException {
        head(out, "Content-Type: " + type + "\r\nContent-Length: " + content.length + "\r\n");
        if (!head) {
            out.write(content);
        }
    }

    private void head(OutputStream out, String headers) throws IOException {
        out.write(bytes("HTTP/1.1 " + status + " Status\r\nApi-Version: 1.50\r\nOstype: linux\r\n" + headers + "\r\n"));
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new IOException("nothing was started");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String timed(String body) {
        return TIME.matcher(body).replaceAll(time -> {
            Instant then = Instant.now().minusSeconds(Long.parseLong(time.group(2)));
            return time.group(1).equals("AGO") ? Long.toString(then.getEpochSecond()) : then.toString();
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
