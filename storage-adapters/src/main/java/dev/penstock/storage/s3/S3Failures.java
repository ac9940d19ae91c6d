package dev.penstock.storage.s3;

import dev.penstock.error.CorruptDataException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import dev.penstock.error.ThrottledException;
import dev.penstock.storage.http.ConnectionFailures;
import dev.penstock.storage.http.RetryAfter;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;

/// Turns what the SDK reports into the failure that says what to do.
///
/// A server's own words are left out, and with them the SDK's exception: some servers repeat the request that they
/// refuse, its signature included. The error code, the status and the request's id remain, which is what its operator
/// asks for.
final class S3Failures {

    private static final String RETRY = "if it persists, look at the server and the network";

    private static final String TRUST = "name a file with the server's certificate authority in AWS_CA_BUNDLE";

    private static final String REFUSED_HEAD = "check the credentials and that they may do this here; a session token"
            + " that has expired is answered like this, too: renew it";

    private S3Failures() {}

    static PenstockException of(FailureMessage operation, Throwable failure) {
        Optional<PenstockException> known = cause(failure, PenstockException.class);
        if (known.isPresent()) {
            return known.get();
        }
        Optional<AwsServiceException> answer = cause(failure, AwsServiceException.class);
        if (answer.isPresent()) {
            return answered(operation, answer.get());
        }
        Optional<IOException> connection = cause(failure, IOException.class);
        if (connection.isPresent()) {
            return ConnectionFailures.of(operation, connection.get(), TRUST);
        }
        return cause(failure, SdkClientException.class).isPresent()
                ? new StoreAccessException(
                        operation
                                .with("found", "a request that the AWS SDK could not make")
                                .remedy("check the settings of the AWS SDK"),
                        innermost(failure))
                : new RetryableException(
                        operation.with("found", "a request that broke off").remedy(RETRY), innermost(failure));
    }

    private static PenstockException answered(FailureMessage operation, AwsServiceException answer) {
        int status = answer.statusCode();
        String code = code(answer);
        Duration wait = wait(answer);
        FailureMessage message = operation.with("status", status);
        if (!code.isEmpty()) {
            message = message.with("code", code);
        }
        if (answer.requestId() != null) {
            message = message.with("requestId", answer.requestId());
        }
        if (wait.isPositive()) {
            message = message.with("retryAfter", wait.toSeconds() + " s");
        }
        return switch (status) {
            case 412 ->
                new CorruptDataException(message.with("found", "another version")
                        .remedy("the object changed since it was indexed: restore it or index it again"));
            case 416 ->
                new CorruptDataException(message.with("found", "no such range")
                        .remedy("the object was cut since it was indexed: restore it or index it again"));
            case 429, 503 -> new ThrottledException(message.remedy("ask less often"), null, wait);
            case 500, 502, 504, 408, 409 -> new RetryableException(message.remedy(RETRY), null, wait);
            default -> refused(message, status, code, answer);
        };
    }

    private static PenstockException refused(
            FailureMessage message, int status, String code, AwsServiceException answer) {
        return switch (code) {
            case "RequestTimeout" -> new RetryableException(message.remedy(RETRY), null);
            // Whoever renews the token may be late by a few seconds; the next attempt is signed with what is there
            // then.
            case "ExpiredToken", "TokenRefreshRequired" ->
                new RetryableException(message.remedy("renew the session token"), null);
            default -> {
                FailureMessage advised = message.remedy(remedy(status, code, answer));
                yield status == 404 && !code.equals("NoSuchBucket")
                        ? new ObjectMissingException(advised, null)
                        : new StoreAccessException(advised);
            }
        };
    }

    private static String remedy(int status, String code, AwsServiceException answer) {
        return switch (code) {
            case "NoSuchBucket" -> "check the bucket's name and the endpoint";
            case "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken" ->
                "check the credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or AWS_PROFILE";
            case "RequestTimeTooSkewed" -> "set this host's clock; it differs too much from the server's";
            case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException" ->
                regionRemedy(answer);
            default ->
                switch (status) {
                    case 301, 307 -> regionRemedy(answer);
                    // S3 answers HEAD with 400 where a token has expired, and other servers with 403.
                    case 400 -> code.isEmpty() ? REFUSED_HEAD : "check the endpoint and what it supports";
                    case 401, 403 ->
                        code.isEmpty() ? REFUSED_HEAD : "check the credentials and that they may do this here";
                    case 404 -> "check the key, the bucket and the endpoint";
                    default -> "check the endpoint and what it supports";
                };
        };
    }

    private static Duration wait(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        if (details == null || details.sdkHttpResponse() == null) {
            return Duration.ZERO;
        }
        SdkHttpResponse response = details.sdkHttpResponse();
        return RetryAfter.of(header -> response.firstMatchingHeader(header).orElse(null));
    }

    private static String regionRemedy(AwsServiceException answer) {
        String remedy = "name the bucket's region with ?region=NAME or AWS_REGION";
        if (answer.awsErrorDetails() == null || answer.awsErrorDetails().sdkHttpResponse() == null) {
            return remedy;
        }
        return answer.awsErrorDetails()
                .sdkHttpResponse()
                .firstMatchingHeader("x-amz-bucket-region")
                .filter(region -> region.matches("[a-z0-9-]+"))
                .map(region -> remedy + "; it is " + region)
                .orElse(remedy);
    }

    /// Empty for an answer to HEAD, which has no body and so no code.
    private static String code(AwsServiceException answer) {
        String code = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorCode();
        return code == null || !code.matches("[A-Za-z0-9.]+") ? "" : code;
    }

    private static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> type) {
        for (@Nullable Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return Optional.of(type.cast(at));
            }
        }
        return Optional.empty();
    }

    private static Throwable innermost(Throwable failure) {
        Throwable at = failure;
        for (@Nullable Throwable next = at.getCause(); next != null; next = at.getCause()) {
            at = next;
        }
        return at;
    }
}
