package io.gantry.network.plugin;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One HTTP/1.1 request on a connection of its own, read strictly and with a limit. */
final class HttpPost {
    private static final String MEDIA_TYPE = "application/vnd.docker.plugins.v1.2+json";
    private static final int HEADER_BYTES = 64 << 10;

    private final InputStream in;
    private final int limit;
    private int headerBytes;

    private HttpPost(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /** An answer of any status. */
    record Reply(int status, byte[] body) {}

    static void send(OutputStream out, String method, byte[] body) throws IOException {
        String head = "POST /" + method + " HTTP/1.1\r\nHost: plugin.moby.localhost\r\nUser-Agent: Gantry\r\nAccept: "
                + MEDIA_TYPE + "\r\nContent-Type: " + MEDIA_TYPE + "\r\nContent-Length: " + body.length
                + "\r\nConnection: close\r\n\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        out.write(request.toByteArray());
        out.flush();
    }

    /**
     * Reads the answer.
     *
     * @throws PluginException if it is not HTTP or too long
     * @throws IOException if the connection ends
     */
    static Reply receive(InputStream in, int limit) throws IOException {
        return new HttpPost(in, limit).reply();
    }

    private Reply reply() throws IOException {
        int status = statusOf(line());
        while (status >= 100 && status < 200) {
            for (String header = line(); !header.isEmpty(); header = line()) {
                // An interim answer says nothing to us.
            }
            status = statusOf(line());
        }
        long length = -1;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw bad("its header has a line without a name");
            }
            String value = header.substring(colon + 1).strip();
            switch (header.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = number(value, 10);
                case "transfer-encoding" -> chunked = isChunked(value);
                default -> {}
            }
        }
        return new Reply(status, body(length, chunked));
    }

    private static int statusOf(String line) throws PluginException {
        if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
            throw bad("it does not begin with a status line of HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static boolean isChunked(String coding) throws PluginException {
        if (coding.equalsIgnoreCase("chunked")) {
            return true;
        }
        if (coding.equalsIgnoreCase("identity")) {
            return false;
        }
        throw bad("its transfer encoding is " + coding);
    }

    private byte[] body(long length, boolean chunked) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (chunked) {
            for (long size = chunkSize(); size > 0; size = chunkSize()) {
                copy(body, size);
                if (!line().isEmpty()) {
                    throw bad("a chunk is longer than it says");
                }
            }
            while (!line().isEmpty()) {
                // Trailers say nothing to us.
            }
        } else if (length >= 0) {
            copy(body, length);
        } else {
            byte[] rest = in.readNBytes(limit + 1);
            check(rest.length);
            return rest;
        }
        return body.toByteArray();
    }

    private long chunkSize() throws IOException {
        String line = line();
        int extension = line.indexOf(';');
        return number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
    }

    private void copy(ByteArrayOutputStream body, long size) throws IOException {
        check(body.size() + size);
        byte[] part = in.readNBytes((int) size);
        if (part.length < size) {
            throw new EOFException("the connection ended within the answer");
        }
        body.writeBytes(part);
    }

    private void check(long size) throws PluginException {
        if (size > limit) {
            throw bad("it is longer than " + limit + " bytes");
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("the connection ended before the answer did");
            }
            if (++headerBytes > HEADER_BYTES) {
                throw bad("its header is longer than " + HEADER_BYTES + " bytes");
            }
            line.write(octet);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static long number(String text, int radix) throws PluginException {
        if (!text.matches("[0-9a-fA-F]{1,15}")) {
            throw bad("it has a length of " + text);
        }
        try {
            return Long.parseLong(text, radix);
        } catch (NumberFormatException e) {
            throw new PluginException(PluginException.Kind.BAD_ANSWER, "it has a length of " + text, e);
        }
    }

    private static PluginException bad(String why) {
        return new PluginException(PluginException.Kind.BAD_ANSWER, why);
    }
}
