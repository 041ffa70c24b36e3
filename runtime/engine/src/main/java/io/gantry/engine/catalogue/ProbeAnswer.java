package io.gantry.engine.catalogue;

import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverException;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.Feature;
import io.gantry.spi.Probe;
import java.util.List;

/** What came of probing a driver, with everything that a driver may do wrong turned into a value. */
sealed interface ProbeAnswer {
    /** It works. */
    record Works(List<Feature> features) implements ProbeAnswer {}

    /** It does not work here. */
    record WorksNot(String reason, String remedy) implements ProbeAnswer {}

    /** It failed to answer. */
    record Fails(String reason, String remedy) implements ProbeAnswer {}

    /** Probes; throws nothing that is not an error of the virtual machine. */
    static <C extends DriverContext> ProbeAnswer of(DriverProvider<C, ?> provider, C context) {
        try {
            Probe probe = provider.probe(context);
            if (probe instanceof Probe.Supported supported) {
                return new Works(supported.features());
            }
            if (probe instanceof Probe.Unsupported unsupported) {
                return new WorksNot(unsupported.detail(), unsupported.remedy());
            }
            return new Fails("its probe returned null", "report this to the plug-in's author");
        } catch (DriverException e) {
            return refusal(e);
        } catch (RuntimeException | StackOverflowError e) {
            return new Fails("its probe threw " + e, "report this to the plug-in's author");
        }
    }

    /** A driver's refusal by exception. */
    static WorksNot refusal(DriverException e) {
        return new WorksNot(
                "cannot " + e.problem().attempted() + ": " + e.problem().reason(),
                e.problem().remedy());
    }
}
