package dev.penstock.storage.hdfs;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.ObjectMissingException;
import dev.penstock.error.PenstockException;
import dev.penstock.error.ResourceExhaustedException;
import dev.penstock.error.RetryableException;
import dev.penstock.error.StoreAccessException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.ClusterStorageCapacityExceededException;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.apache.hadoop.hdfs.server.namenode.SafeModeException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.ipc.RetriableException;
import org.apache.hadoop.ipc.StandbyException;
import org.apache.hadoop.security.AccessControlException;

/// Turns a failure of Hadoop's client into the failure that says what to do.
///
/// A name node's exceptions come by name, with its stack trace as their text; only the first line is kept.
final class HdfsFailures {

    /// What the name node says when no data node can take a block; it has no exception type.
    private static final String NO_DATA_NODE = "could only be written to 0 of the";

    private HdfsFailures() {}

    static PenstockException of(FailureMessage operation, IOException failure) {
        IOException cause = failure instanceof RemoteException remote ? remote.unwrapRemoteException() : failure;
        String text = firstLine(cause);
        FailureMessage message = operation.with("found", text);
        return switch (cause) {
            case FileNotFoundException _ ->
                new ObjectMissingException(
                        operation.with("found", "no such file or directory").remedy("check the path"), cause);
            case AccessControlException _ ->
                new StoreAccessException(
                        message.remedy("give this user access to the path, or renew its Kerberos ticket"), cause);
            case ClusterStorageCapacityExceededException _ ->
                new ResourceExhaustedException(message.remedy("free space or raise the quota"), cause);
            case SafeModeException _ ->
                new RetryableException(message.remedy("wait until the name node leaves safe mode"), cause);
            case StandbyException _ ->
                new RetryableException(message.remedy("name the name service in place of one name node"), cause);
            case ChecksumException _ ->
                new RetryableException(message.remedy("if it persists, no replica is whole: run hdfs fsck"), cause);
            case BlockMissingException _ ->
                new RetryableException(
                        message.remedy("if it persists, check the data nodes, and run hdfs fsck"), cause);
            case SocketException _,
                    SocketTimeoutException _,
                    UnknownHostException _,
                    EOFException _,
                    ClosedChannelException _,
                    RetriableException _ ->
                new RetryableException(message.remedy("check that the name node runs and can be reached"), cause);
            default ->
                text.contains(NO_DATA_NODE)
                        ? new ResourceExhaustedException(message.remedy("check the data nodes and their space"), cause)
                        : new StoreAccessException(message.remedy("check the path and the cluster"), cause);
        };
    }

    private static String firstLine(IOException cause) {
        String type = cause.getClass().getSimpleName();
        return cause.getMessage() == null
                ? type
                : type + ": " + cause.getMessage().lines().findFirst().orElse("");
    }
}
