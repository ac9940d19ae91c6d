package dev.penstock.trainer.record;

/// The messages of TensorBoard's `event.proto` and `summary.proto` that a run needs.
///
/// ```
/// Event    1 double wall_time, 2 int64 step, 3 string file_version, 5 Summary summary, 7 SessionLog session_log
/// Summary  1 repeated Value value        Value  1 string tag, 2 float simple_value
/// SessionLog  1 enum status: 1 start, 2 stop
/// ```
final class EventEncoding {

    private static final double MILLIS_PER_SECOND = 1e3;

    /// Readers take a start in a file of this version as the order to forget later steps of earlier files.
    private static final String VERSION = "brain.Event:2";

    /// What a session log says.
    enum Status {
        START(1),
        STOP(2);

        private final int number;

        Status(int number) {
            this.number = number;
        }
    }

    private EventEncoding() {}

    static ProtobufMessage version(long millis) {
        return new ProtobufMessage().value(1, millis / MILLIS_PER_SECOND).text(3, VERSION);
    }

    static ProtobufMessage session(long millis, long step, Status status) {
        return new ProtobufMessage()
                .value(1, millis / MILLIS_PER_SECOND)
                .number(2, step)
                .message(7, new ProtobufMessage().number(1, status.number));
    }

    static ProtobufMessage scalars(StepMetrics metrics) {
        ProtobufMessage summary = new ProtobufMessage();
        metrics.values()
                .forEach((tag, value) ->
                        summary.message(1, new ProtobufMessage().text(1, tag).value(2, value.floatValue())));
        return new ProtobufMessage()
                .value(1, metrics.time().toEpochMilli() / MILLIS_PER_SECOND)
                .number(2, metrics.step())
                .message(5, summary);
    }
}
