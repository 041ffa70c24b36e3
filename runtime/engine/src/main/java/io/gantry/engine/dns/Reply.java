package io.gantry.engine.dns;

import io.gantry.engine.dns.Request.Query;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Answers, as bytes. Those to a question repeat it as it was asked. */
final class Reply {
    /** The largest answer by TCP. */
    static final int LARGEST = 65_535;

    private static final int TTL = 600;
    private static final int QUESTION_POINTER = 0xC000 | Request.HEADER;
    private static final int CLASS_INTERNET = 1;
    private static final int RECORD_HEAD = 12;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 254;

    private Reply() {}

    /** A failure without the question. */
    static byte[] bare(int id, int flags, int code) {
        ByteBuffer reply = ByteBuffer.allocate(Request.HEADER);
        reply.putShort((short) id).putShort((short) (kept(flags) | (flags & 0x7800) | code));
        return reply.array();
    }

    /** A failure. */
    static byte[] failure(Query query, int code) {
        return head(query, kept(query.flags()) | code, 0).array();
    }

    /** The name is known, and has no such record. */
    static byte[] none(Query query) {
        return head(query, kept(query.flags()) | Request.RECURSION_AVAILABLE, 0).array();
    }

    /**
     * Addresses of the family that was asked for; as many as there is room for, and marked if not all.
     *
     * @param room bytes
     */
    static byte[] addresses(Query query, List<InetAddress> addresses, int room) {
        int each = RECORD_HEAD + (query.type() == Request.Type.A ? 4 : 16);
        int fitting = Math.min(addresses.size(), (Math.min(room, LARGEST) - query.questionEnd()) / each);
        int flags = kept(query.flags())
                | Request.RECURSION_AVAILABLE
                | (fitting < addresses.size() ? Request.TRUNCATED : 0);
        ByteBuffer head = head(query, flags, fitting);
        ByteBuffer reply = ByteBuffer.allocate(head.capacity() + fitting * each).put(head);
        for (InetAddress address : addresses.subList(0, fitting)) {
            record(reply, query.type(), address.getAddress());
        }
        return reply.array();
    }

    /** A name for an address. */
    static byte[] pointer(Query query, String name) {
        byte[] data = labels(name);
        ByteBuffer head = head(query, kept(query.flags()) | Request.RECURSION_AVAILABLE, 1);
        ByteBuffer reply =
                ByteBuffer.allocate(head.capacity() + RECORD_HEAD + data.length).put(head);
        record(reply, Request.Type.PTR, data);
        return reply.array();
    }

    private static int kept(int flags) {
        return Request.RESPONSE | (flags & (Request.RECURSION_DESIRED | Request.CHECKING_DISABLED));
    }

    private static ByteBuffer head(Query query, int flags, int answers) {
        ByteBuffer head = ByteBuffer.wrap(Arrays.copyOf(query.packet(), query.questionEnd()));
        return head.putShort(2, (short) flags)
                .putShort(6, (short) answers)
                .putShort(8, (short) 0)
                .putShort(10, (short) 0);
    }

    private static void record(ByteBuffer reply, int type, byte[] data) {
        reply.putShort((short) QUESTION_POINTER)
                .putShort((short) type)
                .putShort((short) CLASS_INTERNET)
                .putInt(TTL)
                .putShort((short) data.length)
                .put(data);
    }

    private static byte[] labels(String name) {
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        for (String label : name.split("\\.")) {
            byte[] text = label.getBytes(StandardCharsets.UTF_8);
            byte[] cut = Arrays.copyOf(text, Math.min(text.length, LONGEST_LABEL));
            if (cut.length > 0 && labels.size() + cut.length < LONGEST_NAME) {
                labels.write(cut.length);
                labels.writeBytes(cut);
            }
        }
        labels.write(0);
        return labels.toByteArray();
    }
}
