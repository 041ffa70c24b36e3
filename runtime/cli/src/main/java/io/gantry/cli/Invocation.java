package io.gantry.cli;

import java.util.List;
import java.util.Map;

/** A command line as parsed: values by flag name, in the order given, and the arguments. */
record Invocation(Command command, String typed, Map<String, List<String>> values, List<String> arguments) {
    boolean given(String flag) {
        return values.containsKey(flag);
    }

    /** The last value, or an empty text. */
    String text(String flag) {
        List<String> all = list(flag);
        return all.isEmpty() ? "" : all.get(all.size() - 1);
    }

    List<String> list(String flag) {
        return values.getOrDefault(flag, List.of());
    }

    boolean on(String flag) {
        return on(flag, false);
    }

    boolean on(String flag, boolean otherwise) {
        return given(flag) ? GoBoolean.parse(text(flag)) : otherwise;
    }

    long number(String flag, long otherwise) {
        return given(flag) ? GoInteger.parse(text(flag)) : otherwise;
    }

    String argument(int index) {
        return arguments.get(index);
    }
}
