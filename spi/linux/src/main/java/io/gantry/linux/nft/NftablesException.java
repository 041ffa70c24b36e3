package io.gantry.linux.nft;

import io.gantry.linux.Errno;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * nftables refused a batch of commands, of which then nothing was applied, as it is one transaction; or, with an empty
 * {@link #command}, the library is not there at all.
 *
 * <p>The message names the failing command, as far as the library told where it stands, and the library's words.
 */
public final class NftablesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** {@code <cmdline>:3:5-10: Error: words}; from JSON, and for some failures, without a usable place. */
    private static final Pattern ERROR = Pattern.compile(
            "^(?:\\S*?:(?<line>\\d+):\\d+-\\d+: )?(?:netlink: )?Error: (?<words>.*)$", Pattern.MULTILINE);

    private static final int SHOWN = 300;

    private final String command;
    private final String detail;
    private final Errno errno;

    private NftablesException(String command, String detail, Optional<Errno> errno, String message) {
        super(message);
        this.command = command;
        this.detail = detail;
        this.errno = errno.orElse(Errno.UNKNOWN);
    }

    static NftablesException unavailable(String why) {
        return new NftablesException("", why, Optional.empty(), why);
    }

    static NftablesException of(String commands, String errors) {
        Matcher first = ERROR.matcher(errors);
        boolean parsed = first.find();
        String words = parsed ? first.group("words") : errors.strip();
        String command = shortened(
                parsed && first.group("line") != null
                        ? line(commands, Integer.parseInt(first.group("line")))
                        : commands.strip());
        String detail = words.isEmpty() ? "the library gave no reason" : words;
        return new NftablesException(
                command, errors.strip(), errno(detail), "nftables: " + detail + ", in: " + command);
    }

    /** The line of the batch that failed, or the batch's beginning where the library did not say; at most 300 characters. */
    public String command() {
        return command;
    }

    /** All that the library said, with its own markings of the place. */
    public String detail() {
        return detail;
    }

    /**
     * The kernel's answer, where the library's words end in one: ENOENT for an object that is not there, EEXIST for one
     * that is, EBUSY for one in use.
     */
    public Optional<Errno> errno() {
        return errno == Errno.UNKNOWN ? Optional.empty() : Optional.of(errno);
    }

    /** Whether the kernel answered with this. */
    public boolean is(Errno candidate) {
        return errno == candidate;
    }

    private static String line(String commands, int number) {
        return commands.lines()
                .skip(Math.max(0, number - 1L))
                .findFirst()
                .orElse(commands)
                .strip();
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static Optional<Errno> errno(String words) {
        // A suggestion may follow: "No such file or directory; did you mean table ...".
        String cause = words.split(";", 2)[0].strip();
        return Arrays.stream(Errno.values())
                .filter(candidate -> candidate != Errno.UNKNOWN && cause.endsWith(candidate.description()))
                .findFirst();
    }
}
