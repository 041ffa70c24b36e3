package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a command line by the rules of Docker's own parser (Go's pflag), errors in its words: {@code --name value},
 * {@code --name=value}, {@code -n value}, {@code -nvalue}, {@code -n=value}, switches together ({@code -it}) and with a value
 * ({@code --rm=false}), {@code --} ends flags.
 *
 * <p>picocli, which makes the completion script from the same tables, is not used here: it took half of a command's start-up
 * (its model of {@code run}'s hundred flags is built by as many interpreted builders), and it differs from pflag where a switch
 * has a value.
 */
final class ArgumentParser {
    private static final Flag HELP = Flag.of("help", "h", "");

    private final Command command;
    private final List<String> words;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private int at;

    private ArgumentParser(Command command, List<String> words) {
        this.command = command;
        this.words = words;
    }

    static Invocation parse(Command command, String typed, List<String> words) {
        ArgumentParser parser = new ArgumentParser(command, words);
        parser.run();
        return new Invocation(command, typed, parser.values, parser.arguments);
    }

    private void run() {
        while (at < words.size()) {
            String word = words.get(at++);
            if (word.equals("--")) {
                arguments.addAll(words.subList(at, words.size()));
                return;
            }
            if (word.startsWith("--")) {
                longFlag(word);
            } else if (word.startsWith("-") && word.length() > 1) {
                cluster(word);
            } else {
                arguments.add(word);
                if (command.optionsFirst()) {
                    arguments.addAll(words.subList(at, words.size()));
                    return;
                }
            }
        }
    }

    private void longFlag(String word) {
        int equals = word.indexOf('=');
        String name = word.substring(2, equals < 0 ? word.length() : equals);
        if (name.isEmpty() || name.startsWith("-")) {
            throw new UsageException("bad flag syntax: " + word);
        }
        if (name.equals("help")) {
            set("help", "true");
            return;
        }
        for (Flag flag : command.flags()) {
            if (flag.name().equals(name)) {
                if (equals >= 0) {
                    set(flag, word.substring(equals + 1));
                } else if (!flag.takesValue()) {
                    set(flag, "true");
                } else if (at < words.size()) {
                    set(flag, words.get(at++));
                } else {
                    throw new UsageException("flag needs an argument: " + word);
                }
                return;
            }
        }
        throw new UsageException("unknown flag: --" + name);
    }

    /** {@code -it}, {@code -p80:80}, {@code -n=5}: letters until one takes the rest as its value. */
    private void cluster(String word) {
        for (int i = 1; i < word.length(); i++) {
            Flag flag = byLetter(word.charAt(i), word.substring(i));
            if (flag.name().equals("help")) {
                set("help", "-h");
                return;
            }
            String rest = word.substring(i + 1);
            if (rest.startsWith("=")) {
                set(flag, rest.substring(1));
                return;
            }
            if (!flag.takesValue()) {
                set(flag, "true");
                continue;
            }
            if (!rest.isEmpty()) {
                set(flag, rest);
            } else if (at < words.size()) {
                set(flag, words.get(at++));
            } else {
                throw new UsageException("flag needs an argument: '" + word.charAt(i) + "' in " + word);
            }
            return;
        }
    }

    private Flag byLetter(char letter, String rest) {
        for (Flag flag : command.flags()) {
            if (!flag.shorthand().isEmpty() && flag.shorthand().charAt(0) == letter) {
                return flag;
            }
        }
        if (letter == 'h') {
            return HELP;
        }
        throw new UsageException("unknown shorthand flag: '" + letter + "' in -" + rest);
    }

    private void set(Flag flag, String value) {
        String problem = flag.problem(value).orElse("");
        if (!problem.isEmpty()) {
            throw new UsageException.OfFlag(value, flag.shown(), problem);
        }
        set(flag.stored(), value);
    }

    private void set(String name, String value) {
        List<String> given = values.get(name);
        if (given == null) {
            given = new ArrayList<>();
            values.put(name, given);
        }
        given.add(value);
    }
}
