package dev.penstock.event;

import java.util.function.Supplier;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/// An event of JDK Flight Recorder about one piece of work of one stage.
///
/// Cost: where no recording wants it, a stage makes no event; until Flight Recorder is first used in the process,
/// asking is the read of one field. Nobody's stack is walked.
///
/// Threading: an event belongs to one thread at a time; the one that commits it is the one it is recorded for.
public abstract class StageEvent extends Event {

    /// Makes and begins an event, if a recording wants it; null otherwise.
    ///
    /// @param event makes it; not asked otherwise
    protected static <E extends StageEvent> @Nullable E begun(Supplier<E> event) {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        E begun = event.get();
        if (!begun.isEnabled()) {
            return null;
        }
        begun.begin();
        return begun;
    }
}
