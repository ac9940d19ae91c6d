package dev.penstock.storage.hdfs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.metrics2.impl.MetricsCollectorImpl;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;

/// A whole HDFS in this process: a name node and data nodes over real sockets and files.
final class Cluster implements AutoCloseable {

    private static final int DATA_NODES = 2;

    private final MiniDFSCluster cluster;

    private Cluster(MiniDFSCluster cluster) {
        this.cluster = cluster;
    }

    static Cluster start(Path directory) throws IOException {
        Configuration settings = new HdfsConfiguration();
        settings.setInt("dfs.replication", DATA_NODES);
        // Blocks smaller than the objects of the tests, so that reads cross them.
        settings.setLong("dfs.blocksize", 4 << 20);
        settings.setLong("dfs.namenode.fs-limits.min-block-size", 1 << 20);
        settings.setInt("dfs.namenode.handler.count", 4);
        MiniDFSCluster cluster = new MiniDFSCluster.Builder(settings, directory.toFile())
                .numDataNodes(DATA_NODES)
                .build();
        return new Cluster(cluster);
    }

    URI uri(String path) {
        return cluster.getURI().resolve(path);
    }

    DistributedFileSystem files() throws IOException {
        return cluster.getFileSystem();
    }

    /// How often the name node was asked for the places of blocks, and for the state of a file.
    record NameNodeCalls(long blockLocations, long fileStates) {

        NameNodeCalls since(NameNodeCalls before) {
            return new NameNodeCalls(blockLocations - before.blockLocations, fileStates - before.fileStates);
        }
    }

    /// Counted by the name node itself, all clients together.
    NameNodeCalls nameNodeCalls() {
        MetricsCollectorImpl collector = new MetricsCollectorImpl();
        DefaultMetricsSystem.instance().getSource("NameNodeActivity").getMetrics(collector, true);
        Map<String, Long> counts = new HashMap<>();
        collector
                .getRecords()
                .forEach(metrics -> metrics.metrics()
                        .forEach(metric ->
                                counts.put(metric.name(), metric.value().longValue())));
        return new NameNodeCalls(counts.get("GetBlockLocations"), counts.get("FileInfoOps"));
    }

    void stopDataNode() {
        cluster.stopDataNode(0);
    }

    void stopNameNode() {
        cluster.shutdownNameNode(0);
    }

    @Override
    public void close() {
        cluster.shutdown(true);
    }
}
