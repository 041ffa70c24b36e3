package io.gantry.engine.catalogue;

/** Carries the reason for which a plug-in is left out to where it becomes an entry. */
final class BrokenPluginException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient EntryStatus.Broken why;

    BrokenPluginException(EntryStatus.Reason reason, String detail, String remedy) {
        this(reason, detail, remedy, null);
    }

    BrokenPluginException(EntryStatus.Reason reason, String detail, String remedy, Throwable cause) {
        super(detail, cause);
        this.why = new EntryStatus.Broken(reason, detail, remedy);
    }

    EntryStatus.Broken why() {
        return why;
    }
}
