package io.gantry.server.api;

import io.gantry.server.http.HttpError;
import java.nio.ByteBuffer;
import java.util.Locale;

/** Looks for the keys that end an attached session in what a terminal sends, and holds back a beginning of them. For one thread. */
final class DetachKeys {
    private static final byte[] DEFAULT = {16, 17};

    private final byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /** Reads {@code ctrl-p,ctrl-q} and the like; an empty text means just that. */
    static DetachKeys parse(String text) {
        if (text.isEmpty()) {
            return new DetachKeys(DEFAULT);
        }
        String[] names = text.split(",", -1);
        byte[] keys = new byte[names.length];
        for (int i = 0; i < names.length; i++) {
            keys[i] = key(names[i]);
        }
        return new DetachKeys(keys);
    }

    private static byte key(String name) {
        if (name.length() == 1) {
            return (byte) name.charAt(0);
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("del")) {
            return 127;
        }
        if (lower.matches("ctrl-[a-z@\\[\\\\\\]^_]")) {
            return (byte) (lower.charAt(5) == '@' ? 0 : Character.toUpperCase(lower.charAt(5)) - '@');
        }
        throw HttpError.badRequest(
                "Invalid escape keys (" + name + ") provided: use one character or ctrl- with one of a-z @ [ \\ ] ^ _");
    }

    /**
     * What of the input is for the container.
     *
     * @param bytes for the container
     * @param detached whether the keys were found; whatever follows them is dropped
     */
    record Filtered(ByteBuffer bytes, boolean detached) {}

    Filtered filter(ByteBuffer input) {
        ByteBuffer output = ByteBuffer.allocate(input.remaining() + keys.length);
        while (input.hasRemaining()) {
            byte next = input.get();
            if (next != keys[matched]) {
                output.put(keys, 0, matched);
                matched = 0;
            }
            if (next != keys[matched]) {
                output.put(next);
            } else if (++matched == keys.length) {
                matched = 0;
                return new Filtered(output.flip(), true);
            }
        }
        return new Filtered(output.flip(), false);
    }
}
