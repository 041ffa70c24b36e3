package io.gantry.cli;

import java.util.List;

/** The flags before the command's name. {@code host} is null when not given. */
record GlobalFlags(String host, boolean version, boolean help, List<String> rest) {
    static GlobalFlags parse(List<String> words) {
        String host = null;
        boolean version = false;
        boolean help = false;
        int at = 0;
        while (at < words.size()
                && words.get(at).startsWith("-")
                && !words.get(at).equals("-")) {
            String word = words.get(at++);
            int equals = word.indexOf('=');
            String name = word.startsWith("--") && equals > 0 ? word.substring(0, equals) : word;
            switch (name) {
                case "-v", "--version" -> version = true;
                case "-h", "--help" -> help = true;
                case "-D", "--debug" -> {
                    // accepted for Docker's sake; the client has no debug output
                }
                case "-H", "--host", "-l", "--log-level", "-c", "--context", "--config" -> {
                    String value;
                    if (name.length() < word.length()) {
                        value = word.substring(equals + 1);
                    } else if (at < words.size()) {
                        value = words.get(at++);
                    } else {
                        throw new UsageException(
                                "flag needs an argument: " + name
                                        + "\n\nUsage:  gantry [OPTIONS] COMMAND [ARG...]\n\nRun 'gantry --help' for more information");
                    }
                    host = name.equals("-H") || name.equals("--host") ? value : host;
                }
                default -> {
                    if (word.startsWith("-H")) {
                        host = word.substring(word.startsWith("-H=") ? 3 : 2);
                    } else if (name.startsWith("--tls")) {
                        throw new UsageException(
                                "gantry: TLS is not supported by this client: use unix:// or tcp:// through a tunnel");
                    } else {
                        String kind = word.startsWith("--")
                                ? "unknown flag: " + name
                                : "unknown shorthand flag: '" + word.charAt(1) + "' in " + word;
                        throw new UsageException(
                                kind
                                        + "\n\nUsage:  gantry [OPTIONS] COMMAND [ARG...]\n\nRun 'gantry --help' for more information");
                    }
                }
            }
        }
        return new GlobalFlags(host, version, help, words.subList(at, words.size()));
    }
}
