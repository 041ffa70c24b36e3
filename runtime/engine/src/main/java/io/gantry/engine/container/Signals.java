package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The numbers of signals, {@code signal(7)}, as on all machines but Alpha, MIPS and PA-RISC. */
final class Signals {
    static final int KILL = 9;
    static final int TERM = 15;

    private static final int RTMIN = 34;
    private static final int RTMAX = 64;
    private static final Map<String, Integer> BY_NAME = byName();

    private Signals() {}

    /**
     * The number of a signal given by name, with or without {@code SIG}, or by number.
     *
     * @throws EngineException in Docker's words if there is no such signal
     */
    static int number(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.matches("\\d{1,3}")) {
            int number = Integer.parseInt(name);
            if (number > 0 && number <= RTMAX) {
                return number;
            }
        }
        Integer number = BY_NAME.get(name.startsWith("SIG") ? name.substring(3) : name);
        if (number == null) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid signal: " + text);
        }
        return number;
    }

    /** The number of a signal, or that of {@code SIGTERM} where none is given. */
    static int orTerm(String text) {
        return text.isEmpty() ? TERM : number(text);
    }

    private static Map<String, Integer> byName() {
        List<String> names = List.of(
                "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
                "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
                "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            numbers.put(names.get(i), i + 1);
        }
        numbers.put("IOT", numbers.get("ABRT"));
        numbers.put("CLD", numbers.get("CHLD"));
        numbers.put("POLL", numbers.get("IO"));
        numbers.put("RTMIN", RTMIN);
        numbers.put("RTMAX", RTMAX);
        for (int i = 1; i <= 15; i++) {
            numbers.put("RTMIN+" + i, RTMIN + i);
        }
        for (int i = 1; i <= 14; i++) {
            numbers.put("RTMAX-" + i, RTMAX - i);
        }
        return Map.copyOf(numbers);
    }
}
