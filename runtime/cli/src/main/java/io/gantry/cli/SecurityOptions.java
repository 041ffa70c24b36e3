package io.gantry.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code --security-opt}: a seccomp profile is a file on the client's side and travels as its content. */
final class SecurityOptions {
    private SecurityOptions() {}

    static List<String> read(List<String> options) {
        List<String> read = new ArrayList<>();
        for (String option : options) {
            int split = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
            String key = split < 0 ? option : option.substring(0, split);
            String value = split < 0 ? "" : option.substring(split + 1);
            if (split < 0 && !key.equals("no-new-privileges") && !key.equals("disable")) {
                throw new UsageException("invalid --security-opt: \"" + option + "\"");
            }
            if (key.equals("seccomp") && !value.equals("unconfined") && !value.equals("builtin")) {
                try {
                    String profile = Files.readString(Path.of(value), StandardCharsets.UTF_8);
                    read.add("seccomp=" + Json.write(Json.parse(profile.getBytes(StandardCharsets.UTF_8))));
                } catch (IOException e) {
                    throw new UsageException("opening seccomp profile (" + value + ") failed: " + Main.describe(e));
                }
            } else {
                read.add(option);
            }
        }
        return read;
    }
}
