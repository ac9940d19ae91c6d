package dev.penstock.bench.s3server;

/// The part of S3 that the server speaks.
public enum Operation {
    GET_OBJECT,
    HEAD_OBJECT,
    PUT_OBJECT,
    DELETE_OBJECT,
    LIST_OBJECTS,
    HEAD_BUCKET,
    CREATE_UPLOAD,
    UPLOAD_PART,
    COMPLETE_UPLOAD,
    ABORT_UPLOAD
}
