package dev.penstock.storage.s3;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/// The SDK's credentials with a failure that says what to do.
///
/// Temporary ones are renewed by the SDK in the background, before they expire; a credentials file is read again when
/// it has changed.
record S3Credentials(URI root, AwsCredentialsProvider source) implements AwsCredentialsProvider, SdkAutoCloseable {

    static S3Credentials of(S3Location location) {
        return new S3Credentials(
                location.root(),
                switch (location.access()) {
                    case ANONYMOUS -> AnonymousCredentialsProvider.create();
                    case SIGNED ->
                        DefaultCredentialsProvider.builder()
                                .asyncCredentialUpdateEnabled(true)
                                .profileFile(ProfileFileSupplier.defaultSupplier())
                                .build();
                });
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return source.resolveCredentials();
        } catch (SdkException failure) {
            throw new StoreAccessException(
                    FailureMessage.of("finding AWS credentials")
                            .with("uri", root)
                            .remedy("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or a role, or add"
                                    + " anonymous=true to the URI of a public bucket"),
                    failure);
        }
    }

    @Override
    public void close() {
        if (source instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
