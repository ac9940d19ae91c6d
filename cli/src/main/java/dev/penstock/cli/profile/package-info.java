/// What the stages of a run did in a window of its steps: recorded by JDK Flight Recorder on every rank, and joined to
/// one trace that Perfetto and chrome://tracing show.
///
/// Enter at [WindowRecording][dev.penstock.cli.profile.WindowRecording], which a loop tells each step that it comes to,
/// and at [ChromeTrace][dev.penstock.cli.profile.ChromeTrace]. Stages emit their events whether or not anyone is here:
/// see [StageEvent][dev.penstock.event.StageEvent].
@NullMarked
package dev.penstock.cli.profile;

import org.jspecify.annotations.NullMarked;
