package io.gantry.cli;

import java.io.IOException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code completion bash}: the only place, beside help, where the whole tree is built. */
final class CompletionCommand {
    private CompletionCommand() {}

    static Command command() {
        return Command.of(
                        "completion",
                        "bash|zsh",
                        "Generate the completion script for a shell",
                        1,
                        1,
                        "",
                        CompletionCommand::run)
                .known("completion");
    }

    private static int run(Invocation flags, Session session) throws IOException {
        String shell = flags.argument(0);
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw new UsageException("no completion for \"" + shell + "\": bash and zsh are known");
        }
        CommandLine root = new CommandLine(CommandSpec.create().name(Session.PROGRAM));
        for (String[] group : CommandTree.GROUPS) {
            root.addSubcommand(group[0], new CommandLine(CommandSpec.create()));
        }
        for (String path : CommandTree.PATHS) {
            Command command = CommandTree.build(path);
            for (String alias : command.aliases()) {
                int space = alias.indexOf(' ');
                CommandLine parent = space < 0 ? root : root.getSubcommands().get(alias.substring(0, space));
                parent.addSubcommand(alias.substring(space + 1), new CommandLine(spec(command)));
            }
        }
        session.out().print(AutoComplete.bash(Session.PROGRAM, root));
        return 0;
    }

    private static CommandSpec spec(Command command) {
        CommandSpec spec = CommandSpec.create();
        for (Flag flag : command.flags()) {
            OptionSpec.Builder option = flag.shorthand().isEmpty()
                    ? OptionSpec.builder("--" + flag.name())
                    : OptionSpec.builder("-" + flag.shorthand(), "--" + flag.name());
            spec.addOption(option.type(String.class)
                    .arity(flag.takesValue() ? "1" : "0")
                    .build());
        }
        return spec;
    }
}
