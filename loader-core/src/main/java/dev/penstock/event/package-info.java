/// What the events have in common that stages emit for JDK Flight Recorder.
///
/// Enter at [StageEvent][dev.penstock.event.StageEvent]. The events themselves lie beside the code that does the stage:
/// `dev.penstock.Fetch`, `Decode` and `Wait` in this module, `Copy` in gpu-sink, `Forward`, `Backward`, `Reduce` and
/// `Update` in trainer. Nothing here starts a recording or reads one.
@NullMarked
package dev.penstock.event;

import org.jspecify.annotations.NullMarked;
