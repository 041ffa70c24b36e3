package io.gantry.engine.dns;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** DNS messages, written and read by another hand than the server's. */
public final class Packets {
    static final int A = 1;
    static final int PTR = 12;
    static final int MX = 15;
    static final int TXT = 16;
    static final int AAAA = 28;
    static final int SRV = 33;

    private Packets() {}

    /** A question as resolvers ask it, recursion desired. */
    static byte[] query(String name, int type) {
        return query(name, type, 0);
    }

    /**
     * With EDNS0.
     *
     * @param udpSize 0 for none
     */
    static byte[] query(String name, int type, int udpSize) {
        byte[] labels = labels(name);
        ByteBuffer packet = ByteBuffer.allocate(12 + labels.length + 4 + (udpSize > 0 ? 11 : 0));
        packet.putShort((short) 0x1234).putShort((short) 0x0100).putShort((short) 1);
        packet.putShort((short) 0).putShort((short) 0).putShort((short) (udpSize > 0 ? 1 : 0));
        packet.put(labels).putShort((short) type).putShort((short) 1);
        if (udpSize > 0) {
            packet.put((byte) 0)
                    .putShort((short) 41)
                    .putShort((short) udpSize)
                    .putInt(0)
                    .putShort((short) 0);
        }
        return packet.array();
    }

    /** An answer with one address to a question. */
    public static byte[] answer(byte[] query, int code, boolean authoritative, String... addresses)
            throws UnknownHostException {
        int end = 12;
        while (query[end] != 0) {
            end += 1 + query[end];
        }
        end += 5;
        ByteBuffer packet = ByteBuffer.allocate(end + addresses.length * 16);
        packet.put(query, 0, end);
        packet.putShort(2, (short) (0x8180 | (authoritative ? 0x0400 : 0) | code));
        packet.putShort(6, (short) addresses.length).putShort(8, (short) 0).putShort(10, (short) 0);
        for (String address : addresses) {
            packet.putShort((short) 0xC00C)
                    .putShort((short) A)
                    .putShort((short) 1)
                    .putInt(7)
                    .putShort((short) 4);
            packet.put(InetAddress.getByName(address).getAddress());
        }
        return packet.array();
    }

    static byte[] labels(String name) {
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.")) {
            labels.write(label.length());
            labels.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
        }
        labels.write(0);
        return labels.toByteArray();
    }

    /** A record of an answer; data is an address or a name. */
    record Answer(String name, int type, long ttl, String data) {}

    /** What came back. */
    record Response(int id, int flags, List<Answer> answers, int size) {
        int code() {
            return flags & 0xF;
        }

        boolean truncated() {
            return (flags & 0x0200) != 0;
        }

        boolean recursionAvailable() {
            return (flags & 0x0080) != 0;
        }

        boolean authoritative() {
            return (flags & 0x0400) != 0;
        }

        List<String> data() {
            return answers.stream().map(Answer::data).toList();
        }
    }

    static Response read(byte[] packet) {
        ByteBuffer view = ByteBuffer.wrap(packet);
        int questions = view.getShort(4);
        int count = Short.toUnsignedInt(view.getShort(6));
        view.position(12);
        for (int i = 0; i < questions; i++) {
            name(view);
            view.getInt();
        }
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(view);
            int type = view.getShort();
            view.getShort();
            long ttl = view.getInt();
            byte[] data = new byte[Short.toUnsignedInt(view.getShort())];
            int start = view.position();
            view.get(data);
            answers.add(new Answer(
                    name, type, ttl, text(type, data, view.duplicate().position(start))));
        }
        return new Response(
                Short.toUnsignedInt(view.getShort(0)), Short.toUnsignedInt(view.getShort(2)), answers, packet.length);
    }

    private static String text(int type, byte[] data, ByteBuffer at) {
        if (type == PTR) {
            return name(at);
        }
        try {
            return InetAddress.getByAddress(data).getHostAddress();
        } catch (UnknownHostException e) {
            return new String(data, StandardCharsets.ISO_8859_1);
        }
    }

    private static String name(ByteBuffer view) {
        StringBuilder name = new StringBuilder();
        while (true) {
            int length = Byte.toUnsignedInt(view.get());
            if (length == 0) {
                return name.toString();
            }
            if (length >= 0xC0) {
                int to = (length & 0x3F) << 8 | Byte.toUnsignedInt(view.get());
                return name + name(view.duplicate().position(to));
            }
            byte[] label = new byte[length];
            view.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.ISO_8859_1));
        }
    }
}
