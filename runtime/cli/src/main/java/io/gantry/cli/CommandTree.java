package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the command that the words name. Commands are built when asked for and not before: a tree of sixty costs more
 * start-up time than all the rest of the program.
 */
final class CommandTree {
    /** Groups in the order help shows them, with what they are for. */
    static final List<String[]> GROUPS = List.of(
            new String[] {"container", "Manage containers"},
            new String[] {"driver", "Serve drivers to other engines"},
            new String[] {"drivers", "Show storage, network and other drivers"},
            new String[] {"image", "Manage images"},
            new String[] {"network", "Manage networks"},
            new String[] {"system", "Manage Gantry"},
            new String[] {"volume", "Manage volumes"});

    /** Every canonical path. */
    static final List<String> PATHS = List.of(
            ("container attach,container commit,container cp,container create,container diff,container exec,container export,"
                            + "container inspect,container kill,container logs,container ls,container pause,container port,"
                            + "container prune,container rename,container restart,container rm,container run,container start,"
                            + "container stats,container stop,container top,container unpause,container update,container wait,"
                            + "image history,image import,image inspect,image load,image ls,image prune,image pull,image push,"
                            + "image rm,image save,image tag,network connect,network create,network disconnect,"
                            + "network inspect,network ls,network prune,network rm,volume create,volume inspect,volume ls,"
                            + "volume prune,volume rm,system df,system events,system info,system prune,drivers inspect,"
                            + "drivers ls,driver serve,check,inspect,version,daemon,completion")
                    .split(","));

    private CommandTree() {}

    sealed interface Choice {}

    /** A command, the words that named it, and what follows them. */
    record Chosen(Command command, String typed, List<String> rest) implements Choice {}

    /** A group alone, whose help is wanted; empty for the program itself. */
    record Group(String name) implements Choice {}

    record Unknown(String typed, String group) implements Choice {}

    static Choice choose(List<String> words) {
        if (words.isEmpty() || words.get(0).equals("help")) {
            return words.size() > 1 ? choose(new ArrayList<>(words.subList(1, words.size()))) : new Group("");
        }
        String first = words.get(0);
        if (isGroup(first)) {
            return inGroup(first, words);
        }
        String path = topLevel(first);
        return path.isEmpty() ? new Unknown(first, "") : new Chosen(build(path), first, words.subList(1, words.size()));
    }

    private static boolean isGroup(String word) {
        for (String[] group : GROUPS) {
            if (group[0].equals(word)) {
                return true;
            }
        }
        return false;
    }

    private static Choice inGroup(String group, List<String> words) {
        if (words.size() < 2 || words.get(1).startsWith("-")) {
            return new Group(group);
        }
        String typed = words.get(1);
        String name = switch (typed) {
            case "list" -> "ls";
            case "ps" -> group.equals("container") ? "ls" : typed;
            case "remove" -> "rm";
            default -> typed;
        };
        String path = group + " " + name;
        return PATHS.contains(path)
                ? new Chosen(build(path), group + " " + typed, words.subList(2, words.size()))
                : new Unknown(group + " " + typed, " " + group);
    }

    private static String topLevel(String word) {
        return switch (word) {
            case "ps" -> "container ls";
            case "attach",
                    "commit",
                    "cp",
                    "create",
                    "diff",
                    "exec",
                    "export",
                    "kill",
                    "logs",
                    "pause",
                    "port",
                    "rename",
                    "restart",
                    "rm",
                    "run",
                    "start",
                    "stats",
                    "stop",
                    "top",
                    "unpause",
                    "update",
                    "wait" -> "container " + word;
            case "images" -> "image ls";
            case "rmi" -> "image rm";
            case "history", "import", "load", "pull", "push", "save", "tag" -> "image " + word;
            case "events", "info" -> "system " + word;
            case "check", "inspect", "version", "daemon", "completion" -> word;
            default -> "";
        };
    }

    static Command build(String path) {
        int space = path.indexOf(' ');
        String name = path.substring(space + 1);
        return switch (space < 0 ? "" : path.substring(0, space)) {
            case "container" -> container(name);
            case "image" -> ImageCommands.build(name);
            case "network" -> NetworkCommands.build(name);
            case "volume" -> VolumeCommands.build(name);
            case "system" -> SystemCommands.build(name);
            case "drivers" -> DriversCommands.build(name);
            case "driver" -> DaemonCommand.serve();
            default -> alone(name);
        };
    }

    private static Command container(String name) {
        return switch (name) {
            case "run" -> RunCommand.run();
            case "create" -> RunCommand.create();
            case "exec" -> ExecCommand.command();
            case "attach", "start" -> StartCommand.build(name);
            case "ls" -> ContainerList.command();
            case "logs" -> LogsCommand.command();
            case "inspect" -> InspectCommand.of("container");
            case "stats" -> StatsCommand.command();
            case "cp", "diff", "export", "commit" -> ContainerFiles.build(name);
            case "top", "port", "wait", "rename", "update", "prune" -> ContainerInfo.build(name);
            default -> ContainerLife.build(name);
        };
    }

    private static Command alone(String name) {
        return switch (name) {
            case "version" -> VersionCommand.command();
            case "check" -> CheckCommand.command();
            case "daemon" -> DaemonCommand.command();
            case "completion" -> CompletionCommand.command();
            default -> InspectCommand.any();
        };
    }
}
