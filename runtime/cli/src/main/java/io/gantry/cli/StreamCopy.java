package io.gantry.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/** Copies a container's output to the program's: raw for a terminal, else Docker's frames of eight bytes of head. */
final class StreamCopy {
    private StreamCopy() {}

    static void raw(InputStream in, PrintStream out) throws IOException {
        byte[] block = new byte[32 * 1024];
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
            out.write(block, 0, count);
            out.flush();
        }
    }

    /** Head: stream (1 output, 2 errors, 3 error of the daemon), three zeros, length as four bytes, big-endian. */
    static void framed(InputStream in, PrintStream out, PrintStream err) throws IOException {
        byte[] head = new byte[8];
        byte[] block = new byte[32 * 1024];
        while (in.readNBytes(head, 0, 8) == 8) {
            int left = ((head[4] & 0xff) << 24) | ((head[5] & 0xff) << 16) | ((head[6] & 0xff) << 8) | (head[7] & 0xff);
            if (head[0] == 3) {
                throw new IOException("error from daemon in stream: "
                        + new String(in.readNBytes(left), java.nio.charset.StandardCharsets.UTF_8));
            }
            if (head[0] < 0 || head[0] > 2) {
                throw new IOException("Unrecognized input header: " + head[0]);
            }
            PrintStream target = head[0] == 2 ? err : out;
            while (left > 0) {
                int count = in.read(block, 0, Math.min(left, block.length));
                if (count < 0) {
                    target.flush();
                    return;
                }
                target.write(block, 0, count);
                left -= count;
            }
            target.flush();
        }
    }

    static void all(InputStream in, OutputStream out) throws IOException {
        in.transferTo(out);
        out.flush();
    }
}
