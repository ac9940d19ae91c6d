package dev.penstock.storage.http;

import software.amazon.awssdk.http.SdkHttpExecutionAttribute;
import software.amazon.awssdk.http.SdkHttpExecutionAttributes;

/// Who owns the buffers of a response's body.
public enum BodyBuffers {

    /// The subscriber: each buffer is a copy on the heap that it may keep.
    OWNED,

    /// The client: each buffer is the receive buffer, off the heap, and void once `onNext` has returned.
    LENT;

    static final SdkHttpExecutionAttribute<BodyBuffers> ATTRIBUTE = new Attribute();

    /// The attributes of a request whose subscriber takes its buffers this way.
    public SdkHttpExecutionAttributes attributes() {
        return SdkHttpExecutionAttributes.builder().put(ATTRIBUTE, this).build();
    }

    /// The SDK tells attributes apart by their class.
    private static final class Attribute extends SdkHttpExecutionAttribute<BodyBuffers> {

        Attribute() {
            super(BodyBuffers.class);
        }
    }
}
