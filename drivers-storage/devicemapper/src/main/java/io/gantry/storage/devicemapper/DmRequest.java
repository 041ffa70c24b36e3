package io.gantry.storage.devicemapper;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code struct dm_ioctl} with what follows it, in {@code include/uapi/linux/dm-ioctl.h}: one call to the kernel's device-mapper. The kernel answers in the same bytes.
 *
 * <p>The head is 312 bytes: version, size and start of the data, number of targets, open count, flags, event number, device, name, uuid. All texts end with NUL.
 */
final class DmRequest {
    /** Length of the head, and where the data begin. */
    static final int HEAD = 312;

    private static final int NAME_LENGTH = 128;
    private static final int DATA_SIZE_AT = 12;
    private static final int DATA_START_AT = 16;
    private static final int TARGETS_AT = 20;
    private static final int OPENERS_AT = 24;
    private static final int FLAGS_AT = 28;
    private static final int EVENT_AT = 32;
    private static final int DEVICE_AT = 40;
    private static final int NAME_AT = 48;
    private static final int TARGET_HEAD = 40;
    private static final int TARGET_TYPE_LENGTH = 16;

    private final ByteBuffer bytes;

    private DmRequest(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    /**
     * A part of a device.
     *
     * @param start in sectors of 512 bytes
     * @param length in sectors
     * @param type such as {@code thin}
     * @param parameters what the type makes of it; in an answer its status or its table
     */
    record Target(long start, long length, String type, String parameters) {}

    /** A kind of target, as {@code 1.22.0}. */
    record TargetVersion(String name, String version) {}

    /** An active device and its number, as the kernel packs it for {@code dm_ioctl}. */
    record Listed(String name, long device) {}

    /**
     * A call without data.
     *
     * @param name of the device, empty for calls that are about none
     * @param room for the answer's data, in bytes
     */
    static DmRequest of(String name, int flags, int event, int room) {
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        if (encoded.length >= NAME_LENGTH) {
            throw new IllegalArgumentException("a device-mapper name has at most 127 bytes: " + name);
        }
        DmRequest request = new DmRequest(new byte[HEAD + room]);
        request.bytes.putInt(0, 4).putInt(4, 0).putInt(8, 0);
        request.bytes.putInt(DATA_SIZE_AT, HEAD + room).putInt(DATA_START_AT, HEAD);
        request.bytes.putInt(FLAGS_AT, flags).putInt(EVENT_AT, event);
        request.bytes.put(NAME_AT, encoded);
        return request;
    }

    /** Loads a table of one target that begins at sector 0. */
    static DmRequest table(String name, int flags, Target target) {
        byte[] parameters = terminated(target.parameters());
        int length = (TARGET_HEAD + parameters.length + 7) / 8 * 8;
        DmRequest request = of(name, flags, 0, length);
        request.bytes.putInt(TARGETS_AT, 1);
        request.bytes.putLong(HEAD, target.start()).putLong(HEAD + 8, target.length());
        request.bytes.putInt(HEAD + 20, length);
        request.bytes.put(HEAD + 24, target.type().getBytes(StandardCharsets.US_ASCII));
        request.bytes.put(HEAD + TARGET_HEAD, parameters);
        return request;
    }

    /** A message to the target at sector 0: {@code struct dm_target_msg}. */
    static DmRequest message(String name, String text, int room) {
        byte[] message = terminated(text);
        DmRequest request = of(name, 0, 0, Math.max(room, Long.BYTES + message.length));
        request.bytes.put(HEAD + Long.BYTES, message);
        return request;
    }

    /** A call about a kind of target: its name follows the head. */
    static DmRequest targetVersion(String type) {
        DmRequest request = of("", 0, 0, 4096);
        // the name is looked for in "name"
        request.bytes.put(NAME_AT, terminated(type));
        return request;
    }

    /** What goes to the kernel, and where it answers. */
    byte[] array() {
        return bytes.array();
    }

    /** The interface's version that the kernel answered with. */
    String version() {
        return bytes.getInt(0) + "." + bytes.getInt(4) + "." + bytes.getInt(8);
    }

    int flags() {
        return bytes.getInt(FLAGS_AT);
    }

    int openers() {
        return bytes.getInt(OPENERS_AT);
    }

    /** The device's number as the kernel packs it here: minor's low byte, 12 bits of major, the rest of minor. */
    long device() {
        return bytes.getLong(DEVICE_AT);
    }

    /** The status or table in an answer. */
    List<Target> targets() {
        List<Target> found = new ArrayList<>();
        int at = start();
        for (int i = bytes.getInt(TARGETS_AT); i > 0; i--) {
            found.add(new Target(
                    bytes.getLong(at),
                    bytes.getLong(at + 8),
                    text(at + 24, TARGET_TYPE_LENGTH),
                    text(at + TARGET_HEAD, Integer.MAX_VALUE)));
            at = start() + bytes.getInt(at + 20);
        }
        return found;
    }

    /** The kinds of targets in an answer. */
    List<TargetVersion> versions() {
        List<TargetVersion> found = new ArrayList<>();
        int at = start();
        int next = end() - at;
        while (next != 0 && at + 16 < end()) {
            next = bytes.getInt(at);
            String version = bytes.getInt(at + 4) + "." + bytes.getInt(at + 8) + "." + bytes.getInt(at + 12);
            found.add(new TargetVersion(text(at + 16, Integer.MAX_VALUE), version));
            at += next;
        }
        return found;
    }

    /** The devices in an answer. */
    List<Listed> devices() {
        List<Listed> found = new ArrayList<>();
        int at = start();
        int next = 1;
        while (next != 0 && at + 12 < end() && bytes.getLong(at) != 0) {
            next = bytes.getInt(at + 8);
            found.add(new Listed(text(at + 12, Integer.MAX_VALUE), bytes.getLong(at)));
            at += next;
        }
        return found;
    }

    private int start() {
        return bytes.getInt(DATA_START_AT);
    }

    private int end() {
        return Math.min(bytes.capacity(), bytes.getInt(DATA_SIZE_AT));
    }

    private String text(int at, int atMost) {
        int end = at;
        while (end < bytes.capacity() && end - at < atMost && bytes.get(end) != 0) {
            end++;
        }
        return new String(bytes.array(), at, end - at, StandardCharsets.UTF_8);
    }

    private static byte[] terminated(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }
}
