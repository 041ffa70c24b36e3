package io.gantry.engine.dns;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A packet that came to the name server, read as strictly as a server can that anybody may write to. */
sealed interface Request {
    /** The first eight bits of flags: it is a response. */
    int RESPONSE = 0x8000;

    /** Recursion is desired. */
    int RECURSION_DESIRED = 0x0100;

    /** Recursion is available. */
    int RECURSION_AVAILABLE = 0x0080;

    /** Checking is disabled. */
    int CHECKING_DISABLED = 0x0010;

    /** The response does not hold all there is. */
    int TRUNCATED = 0x0200;

    /** The header's length. */
    int HEADER = 12;

    /** No answer is due: it is a response itself, or too short to be anything. */
    record Nothing() implements Request {}

    /** A packet that is refused, with the answer that says so. */
    record Refused(byte[] answer) implements Request {}

    /**
     * A question.
     *
     * @param packet the whole packet
     * @param id its number
     * @param flags its flags
     * @param name in lower case, without the last dot; dots within labels are {@code \.}
     * @param type as {@link Type} has them
     * @param questionEnd where the question ends in the packet
     * @param udpSize the largest answer that the asker takes by UDP
     */
    record Query(byte[] packet, int id, int flags, String name, int type, int questionEnd, int udpSize)
            implements Request {}

    /** The types of records that are dealt with here. */
    final class Type {
        static final int A = 1;
        static final int PTR = 12;
        static final int MX = 15;
        static final int AAAA = 28;
        static final int OPT = 41;

        private Type() {}
    }

    /** The codes of failures. */
    final class Code {
        static final int FORMAT = 1;
        static final int FAILURE = 2;
        static final int NO_SUCH_NAME = 3;
        static final int NOT_IMPLEMENTED = 4;
        static final int REFUSED = 5;

        private Code() {}
    }

    /** Reads a packet. Never throws, whatever is in it. */
    static Request parse(byte[] packet) {
        if (packet.length < HEADER) {
            return new Nothing();
        }
        ByteBuffer view = ByteBuffer.wrap(packet);
        int id = Short.toUnsignedInt(view.getShort(0));
        int flags = Short.toUnsignedInt(view.getShort(2));
        if ((flags & RESPONSE) != 0) {
            return new Nothing();
        }
        if ((flags & 0x7800) != 0) {
            return new Refused(Reply.bare(id, flags, Code.NOT_IMPLEMENTED));
        }
        int answers = Short.toUnsignedInt(view.getShort(6));
        int authorities = Short.toUnsignedInt(view.getShort(8));
        int additional = Short.toUnsignedInt(view.getShort(10));
        Reader reader = new Reader(view);
        boolean counted = view.getShort(4) == 1 && answers <= 1 && authorities <= 1 && additional <= 2;
        if (!counted || !reader.question() || !reader.records(answers + authorities + additional)) {
            return new Refused(Reply.bare(id, flags, Code.FORMAT));
        }
        return new Query(
                packet, id, flags, reader.name.toString(), reader.type, reader.questionEnd, Math.max(512, reader.size));
    }

    /** Goes through a packet; every step says whether what should be there was. */
    final class Reader {
        private static final int LONGEST_NAME = 255;
        private static final int LABEL_KIND = 0xC0;

        private final ByteBuffer packet;
        private final StringBuilder name = new StringBuilder();
        private int type;
        private int questionEnd;
        private int size;

        private Reader(ByteBuffer packet) {
            this.packet = packet;
            packet.position(HEADER);
        }

        private boolean question() {
            if (!readName() || packet.remaining() < 4) {
                return false;
            }
            type = Short.toUnsignedInt(packet.getShort());
            packet.getShort();
            questionEnd = packet.position();
            return true;
        }

        /** A question comes first, so that there is nothing before it that its name could point to. */
        private boolean readName() {
            int total = 1;
            while (packet.hasRemaining()) {
                int length = Byte.toUnsignedInt(packet.get());
                if (length == 0) {
                    return true;
                }
                total += 1 + length;
                if ((length & LABEL_KIND) != 0 || packet.remaining() < length || total > LONGEST_NAME) {
                    return false;
                }
                byte[] label = new byte[length];
                packet.get(label);
                if (!name.isEmpty()) {
                    name.append('.');
                }
                name.append(new String(label, StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT)
                        .replace(".", "\\."));
            }
            return false;
        }

        private boolean records(int count) {
            for (int i = 0; i < count; i++) {
                if (!skipName() || packet.remaining() < 10) {
                    return false;
                }
                int recordType = Short.toUnsignedInt(packet.getShort());
                int recordClass = Short.toUnsignedInt(packet.getShort());
                packet.getInt();
                int length = Short.toUnsignedInt(packet.getShort());
                if (packet.remaining() < length) {
                    return false;
                }
                packet.position(packet.position() + length);
                if (recordType == Type.OPT) {
                    size = recordClass;
                }
            }
            return true;
        }

        /** Pointers are not followed: nothing here needs those names. */
        private boolean skipName() {
            while (packet.hasRemaining()) {
                int length = Byte.toUnsignedInt(packet.get());
                if (length == 0) {
                    return true;
                }
                if ((length & LABEL_KIND) == LABEL_KIND) {
                    if (!packet.hasRemaining()) {
                        return false;
                    }
                    packet.position(packet.position() + 1);
                    return true;
                }
                if ((length & LABEL_KIND) != 0 || packet.remaining() < length) {
                    return false;
                }
                packet.position(packet.position() + length);
            }
            return false;
        }
    }
}
