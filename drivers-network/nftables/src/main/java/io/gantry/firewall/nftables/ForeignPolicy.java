package io.gantry.firewall.nftables;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads from nft's listing which chains of others drop what is forwarded. A packet passes only if every table accepts it. */
final class ForeignPolicy {
    private static final Pattern TABLE = Pattern.compile("^table (\\S+ \\S+) \\{");
    private static final Pattern CHAIN = Pattern.compile("^\\s*chain (\\S+) \\{");
    private static final Pattern DROPS = Pattern.compile("\\bhook forward\\b.*\\bpolicy drop;");

    private ForeignPolicy() {}

    /** Such as {@code ip filter FORWARD}. */
    static List<String> droppingForward(String listing) {
        List<String> dropping = new ArrayList<>();
        String table = "";
        String chain = "";
        for (String line : listing.lines().toList()) {
            Matcher tableLine = TABLE.matcher(line);
            Matcher chainLine = CHAIN.matcher(line);
            if (tableLine.find()) {
                table = tableLine.group(1);
            } else if (chainLine.find()) {
                chain = chainLine.group(1);
            } else if (DROPS.matcher(line).find()) {
                dropping.add(table + " " + chain);
            }
        }
        return List.copyOf(dropping);
    }
}
