package io.gantry.tck.storage;

import org.opentest4j.TestAbortedException;

/** Ends a case about something that the driver does not have, here or anywhere. The report counts it apart from cases that could not run. */
public final class NotOfferedException extends TestAbortedException {
    private static final long serialVersionUID = 1;

    private final String what;

    /** Says what is not offered, and why if that is known: {@code Rebaser}, {@code QuotaController: no project quotas on this file system}. */
    public NotOfferedException(String what) {
        super("not offered: " + what);
        this.what = what;
    }

    String what() {
        return what;
    }
}
