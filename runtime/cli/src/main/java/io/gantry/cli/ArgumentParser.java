package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Reads a command line with picocli, whose model is built from our flag tables for the one command that runs (no
 * annotations, no reflection, no tree), and words errors as Docker does.
 */
final class ArgumentParser {
    private ArgumentParser() {}

    static CommandSpec spec(Command command) {
        CommandSpec spec = CommandSpec.create().name(command.path());
        for (Flag flag : command.flags()) {
            spec.addOption(option(flag));
        }
        spec.addOption(OptionSpec.builder("--help").type(boolean.class).build());
        spec.addPositional(PositionalParamSpec.builder()
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .build());
        return spec;
    }

    private static OptionSpec option(Flag flag) {
        String[] names = flag.shorthand().isEmpty()
                ? new String[] {"--" + flag.name()}
                : new String[] {"-" + flag.shorthand(), "--" + flag.name()};
        OptionSpec.Builder option = OptionSpec.builder(names);
        if (!flag.takesValue()) {
            return option.type(Boolean.class)
                    .arity("0")
                    .converters(GoBoolean::parse)
                    .build();
        }
        if (flag.repeatable()) {
            return option.type(List.class)
                    .auxiliaryTypes(String.class)
                    .arity("1")
                    .build();
        }
        return option.type(String.class).arity("1").build();
    }

    static Invocation parse(Command command, String typed, List<String> given) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        List<String> words = withoutSwitchValues(command, given, values);
        CommandLine line = new CommandLine(spec(command))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .setAllowOptionsAsOptionParameters(true)
                .setStopAtPositional(command.optionsFirst())
                .setUnmatchedOptionsArePositionalParams(false);
        CommandLine.ParseResult result;
        try {
            result = line.parseArgs(words.toArray(String[]::new));
        } catch (CommandLine.UnmatchedArgumentException e) {
            throw new UsageException(unknown(command, e.getUnmatched().get(0)));
        } catch (CommandLine.MissingParameterException e) {
            throw new UsageException(missing(command, words));
        } catch (CommandLine.ParameterException e) {
            throw new UsageException(e.getMessage());
        }
        for (OptionSpec option : result.matchedOptions()) {
            String name = option.longestName().substring(2);
            List<String> texts = option.originalStringValues();
            values.putIfAbsent(name, texts.isEmpty() ? List.of(option.getValue().toString()) : List.copyOf(texts));
        }
        return checked(command, new Invocation(command, typed, values, arguments(result)));
    }

    private static List<String> arguments(CommandLine.ParseResult result) {
        List<String> arguments = new ArrayList<>();
        for (PositionalParamSpec positional : result.matchedPositionals()) {
            arguments.addAll(positional.originalStringValues());
        }
        return arguments;
    }

    private static Invocation checked(Command command, Invocation invocation) {
        for (Flag flag : command.flags()) {
            for (String value : invocation.list(flag.name())) {
                flag.problem(value).ifPresent(problem -> {
                    throw invalid(flag, value, problem);
                });
            }
        }
        return invocation;
    }

    /**
     * Takes switches with a value, {@code --rm=f}, out of the words and into {@code values}: picocli would have a switch's
     * value be the next word too. The container's own command is left alone.
     */
    private static List<String> withoutSwitchValues(
            Command command, List<String> words, Map<String, List<String>> values) {
        List<String> left = new ArrayList<>(words.size());
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            if (word.equals("--") || command.optionsFirst() && !word.startsWith("-") && !isValue(command, words, i)) {
                left.addAll(words.subList(i, words.size()));
                return left;
            }
            Optional<Flag> flag = equals > 2 ? named(command, word.substring(0, equals)) : Optional.empty();
            if (flag.isPresent() && !flag.get().takesValue()) {
                String value = word.substring(equals + 1);
                flag.get().problem(value).ifPresent(problem -> {
                    throw new UsageException.OfFlag(value, flag.get().shown(), problem);
                });
                values.put(flag.get().name(), List.of(value));
            } else {
                left.add(word);
            }
        }
        return left;
    }

    private static Optional<Flag> named(Command command, String word) {
        return command.flags().stream()
                .filter(flag -> word.equals("--" + flag.name()))
                .findFirst();
    }

    /** Whether the word belongs to the flag before it. */
    private static boolean isValue(Command command, List<String> words, int at) {
        if (at == 0) {
            return false;
        }
        String before = words.get(at - 1);
        return command.flags().stream()
                .anyMatch(flag -> flag.takesValue()
                        && (before.equals("--" + flag.name())
                                || !flag.shorthand().isEmpty()
                                        && !before.startsWith("--")
                                        && before.startsWith("-")
                                        && before.endsWith(flag.shorthand())));
    }

    private static UsageException invalid(Flag flag, String value, String problem) {
        return new UsageException.OfFlag(value, flag.shown(), problem);
    }

    private static String unknown(Command command, String word) {
        if (word.startsWith("--")) {
            int equals = word.indexOf('=');
            return "unknown flag: " + (equals < 0 ? word : word.substring(0, equals));
        }
        for (int i = 1; i < word.length(); i++) {
            String letter = word.substring(i, i + 1);
            if (command.flags().stream().noneMatch(flag -> flag.shorthand().equals(letter))) {
                return "unknown shorthand flag: '" + letter + "' in -" + word.substring(i);
            }
        }
        return "unknown flag: " + word;
    }

    private static String missing(Command command, List<String> words) {
        String last = words.get(words.size() - 1);
        if (last.startsWith("--")) {
            return "flag needs an argument: " + last;
        }
        String letter = last.substring(last.length() - 1);
        return "flag needs an argument: '" + letter + "' in " + last;
    }
}
