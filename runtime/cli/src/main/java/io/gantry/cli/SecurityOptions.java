package io.gantry.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code --security-opt}: a seccomp profile is a file on the client's side and travels as its content. */
final class SecurityOptions {
    private SecurityOptions() {}

    static void add(List<String> given, Map<String, Object> host) {
        List<String> options = new ArrayList<>();
        for (String option : given) {
            if (option.equals("systempaths=unconfined")) {
                host.put("MaskedPaths", List.of());
                host.put("ReadonlyPaths", List.of());
            } else {
                options.add(read(option));
            }
        }
        host.put("SecurityOpt", options);
    }

    private static String read(String option) {
        int split = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
        if (split < 0 && !option.equals("no-new-privileges")) {
            throw new UsageException("Invalid --security-opt: " + GoQuote.quote(option));
        }
        String value = option.substring(split + 1);
        boolean profile = split > 0 && option.substring(0, split).equals("seccomp");
        return profile && !value.equals("unconfined") && !value.equals("builtin")
                ? "seccomp=" + profile(value)
                : option;
    }

    private static String profile(String file) {
        String text;
        try {
            text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UsageException("opening seccomp profile (" + file + ") failed: " + Main.describe(e));
        }
        try {
            Json.parse(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UsageException("compacting json for seccomp profile (" + file + ") failed: " + e.getMessage());
        }
        return Json.compact(text);
    }
}
