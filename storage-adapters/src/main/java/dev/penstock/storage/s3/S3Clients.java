package dev.penstock.storage.s3;

import dev.penstock.storage.http.ReactorNettyClient;
import java.util.Map;
import java.util.concurrent.Executor;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/// The SDK's clients of one store, over one pool of connections.
///
/// @param ranges reads ranges, each once; twice only where the server's clock differs, for then the SDK corrects its
///     own and signs anew
/// @param objects lists, asks, writes and deletes, with the SDK's standard retries
record S3Clients(S3AsyncClient ranges, S3AsyncClient objects, ReactorNettyClient http, S3Credentials credentials)
        implements AutoCloseable {

    /// S3 gives one connection about 85 MB/s, so this is 5 GB/s, or what a 40 Gb/s network card carries.
    private static final int CONNECTION_COUNT = 64;

    /// @param completions runs what follows on a response
    static S3Clients open(
            S3Location location, S3Credentials credentials, Map<String, String> environment, Executor completions) {
        ReactorNettyClient http = ReactorNettyClient.open(CONNECTION_COUNT, environment);
        Region region = region(location);
        return new S3Clients(
                client(location, region, credentials, http, completions, oncePerClock()),
                client(
                        location,
                        region,
                        credentials,
                        http,
                        completions,
                        DefaultRetryStrategy.standardStrategyBuilder().build()),
                http,
                credentials);
    }

    private static S3AsyncClient client(
            S3Location location,
            Region region,
            S3Credentials credentials,
            ReactorNettyClient http,
            Executor completions,
            RetryStrategy retries) {
        var builder = S3AsyncClient.builder()
                .httpClient(http)
                .credentialsProvider(credentials)
                .region(region)
                .forcePathStyle(location.addressing() == S3Location.Addressing.PATH)
                .disableS3ExpressSessionAuth(true)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(service -> service.expectContinueEnabled(false))
                .asyncConfiguration(async ->
                        async.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, completions))
                .overrideConfiguration(override -> override.retryStrategy(retries));
        location.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static RetryStrategy oncePerClock() {
        return StandardRetryStrategy.builder()
                .useClientDefaults(false)
                .maxAttempts(2)
                .backoffStrategy(BackoffStrategy.retryImmediately())
                .retryOnException(
                        failure -> failure instanceof SdkException known && RetryUtils.isClockSkewException(known))
                .build();
    }

    /// Own servers take any region; a wrong one of AWS is answered with the right one.
    private static Region region(S3Location location) {
        try {
            return location.region().map(Region::of).orElseGet(() -> new DefaultAwsRegionProviderChain().getRegion());
        } catch (SdkClientException _) {
            return Region.US_EAST_1;
        }
    }

    @Override
    public void close() {
        ranges.close();
        objects.close();
        http.close();
        credentials.close();
    }
}
