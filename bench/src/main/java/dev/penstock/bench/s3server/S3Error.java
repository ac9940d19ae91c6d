package dev.penstock.bench.s3server;

import io.netty.handler.codec.http.HttpResponseStatus;

/// An error of S3's, as its documentation names it.
enum S3Error {
    ACCESS_DENIED(403, "AccessDenied", "Access Denied"),
    BAD_DIGEST(400, "BadDigest", "The checksum you specified did not match what we received."),
    CONTENT_SHA256_MISMATCH(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed."),
    EXPIRED_TOKEN(400, "ExpiredToken", "The provided token has expired."),
    INCOMPLETE_BODY(
            400,
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header."),
    INVALID_ACCESS_KEY_ID(
            403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    INVALID_ARGUMENT(400, "InvalidArgument", "Invalid Argument"),
    INVALID_PART(
            400,
            "InvalidPart",
            "One or more of the specified parts could not be found, or its entity tag did not match."),
    INVALID_RANGE(416, "InvalidRange", "The requested range is not satisfiable"),
    INVALID_TOKEN(400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
    MALFORMED_AUTHORIZATION(400, "AuthorizationHeaderMalformed", "The authorization header you provided is invalid."),
    NO_SUCH_BUCKET(404, "NoSuchBucket", "The specified bucket does not exist"),
    NO_SUCH_KEY(404, "NoSuchKey", "The specified key does not exist."),
    NO_SUCH_UPLOAD(404, "NoSuchUpload", "The specified multipart upload does not exist."),
    NOT_IMPLEMENTED(
            501, "NotImplemented", "A header or parameter you provided implies functionality that is not implemented."),
    PRECONDITION_FAILED(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"),
    REQUEST_TIME_TOO_SKEWED(
            403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    SIGNATURE_DOES_NOT_MATCH(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided."),
    SLOW_DOWN(503, "SlowDown", "Please reduce your request rate.");

    private final int status;
    final String code;
    final String message;

    S3Error(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    HttpResponseStatus status() {
        return HttpResponseStatus.valueOf(status);
    }
}
