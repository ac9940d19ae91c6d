/// Objects in a bucket, as `s3://bucket/prefix`: Amazon S3 and the servers that speak its protocol.
///
/// Enter through [ObjectStores][dev.penstock.store.ObjectStores] with an `s3:` URI. The AWS SDK signs, lists and names
/// errors; [dev.penstock.storage.http] carries. Reads are never retried here: the stages around a store do that.
@NullMarked
package dev.penstock.storage.s3;

import org.jspecify.annotations.NullMarked;
