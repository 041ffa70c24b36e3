package io.gantry.cli;

import java.io.ByteArrayOutputStream;

/** Watches typed bytes for the sequence that detaches, {@code ctrl-p,ctrl-q} unless told otherwise. */
final class DetachKeys {
    private final byte[] sequence;
    private int matched;

    private DetachKeys(byte[] sequence) {
        this.sequence = sequence;
    }

    /** Reads {@code ctrl-x} (a letter or one of {@code @[\]^_}) and single characters, comma-separated. */
    static DetachKeys parse(String text) {
        ByteArrayOutputStream keys = new ByteArrayOutputStream();
        for (String key : (text.isEmpty() ? "ctrl-p,ctrl-q" : text).split(",")) {
            if (key.length() == 1) {
                keys.write(key.charAt(0));
            } else if (control(key)) {
                keys.write(Character.toUpperCase(key.charAt(5)) - 64);
            } else {
                throw new UsageException("invalid detach keys (" + text + "): Unknown character: '" + key + "'");
            }
        }
        return new DetachKeys(keys.toByteArray());
    }

    private static boolean control(String key) {
        char last = Character.toLowerCase(key.charAt(key.length() - 1));
        return key.length() == 6
                && key.regionMatches(true, 0, "ctrl-", 0, 5)
                && ((last >= 'a' && last <= 'z') || "@[\\]^_".indexOf(last) >= 0);
    }

    /** What to pass on of the bytes typed; a part of the sequence is kept back until it is decided. */
    byte[] filter(byte[] typed, int count) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream(count + sequence.length);
        for (int i = 0; i < count && !complete(); i++) {
            if (typed[i] == sequence[matched]) {
                matched++;
            } else {
                passed.write(sequence, 0, matched);
                matched = 0;
                if (typed[i] == sequence[0]) {
                    matched = 1;
                } else {
                    passed.write(typed[i]);
                }
            }
        }
        return passed.toByteArray();
    }

    boolean complete() {
        return matched == sequence.length;
    }
}
