package io.gantry.cli;

/** Go's {@code strconv.ParseBool}, which reads Docker's {@code --flag=VALUE}. */
final class GoBoolean {
    private GoBoolean() {}

    static boolean parse(String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw new IllegalArgumentException("strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
        };
    }
}
