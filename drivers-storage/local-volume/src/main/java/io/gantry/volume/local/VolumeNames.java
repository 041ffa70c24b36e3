package io.gantry.volume.local;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import java.util.regex.Pattern;

/** What a volume may be called, in Docker's words. */
final class VolumeNames {
    private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final int LONGEST = 255 - VolumeFiles.STAGED.length();

    private VolumeNames() {}

    static void check(String name) {
        String attempted = "create volume " + name;
        if (name.length() == 1) {
            throw new InvalidArgumentException(Problem.of(
                    attempted, "volume name is too short, names should be at least two alphanumeric characters"));
        }
        if (name.length() > LONGEST) {
            throw new InvalidArgumentException(
                    Problem.of(attempted, "volume name is too long, " + LONGEST + " characters are allowed"));
        }
        if (!FORM.matcher(name).matches()) {
            throw new InvalidArgumentException(Problem.of(
                    attempted,
                    "\"" + name + "\" includes invalid characters for a local volume name, only"
                            + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use"
                            + " absolute path"));
        }
    }
}
