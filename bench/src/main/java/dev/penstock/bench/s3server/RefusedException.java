package dev.penstock.bench.s3server;

/// Ends the handling of a request with an error; caught where the answer is made.
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    final S3Error error;

    RefusedException(S3Error error) {
        super(error.code, null, false, false);
        this.error = error;
    }
}
