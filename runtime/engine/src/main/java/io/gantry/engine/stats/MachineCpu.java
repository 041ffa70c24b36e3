package io.gantry.engine.stats;

import java.nio.file.Path;
import java.util.List;

/**
 * The CPUs of the machine.
 *
 * @param nanos time of all of them since the machine started, idle time included
 * @param online how many there are
 */
record MachineCpu(long nanos, int online) {
    private static final long NANOS_PER_TICK = 10_000_000;
    /** user, nice, system, idle, iowait, irq, softirq: what Docker sums up. */
    private static final int SUMMED = 7;

    static MachineCpu read() {
        return parse(Cgroups.read(Path.of("/proc/stat")));
    }

    static MachineCpu parse(List<String> lines) {
        long ticks = 0;
        int online = 0;
        for (String line : lines) {
            String[] fields = line.split(" +");
            if (fields[0].equals("cpu")) {
                for (int i = 1; i <= SUMMED && i < fields.length; i++) {
                    ticks += Long.parseLong(fields[i]);
                }
            } else if (fields[0].startsWith("cpu")) {
                online++;
            }
        }
        return new MachineCpu(ticks * NANOS_PER_TICK, online);
    }
}
