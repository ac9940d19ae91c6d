package dev.penstock.storage.hdfs;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.store.ObjectStore;
import dev.penstock.store.ObjectStoreProvider;
import java.net.URI;
import java.util.Set;

/// Opens `hdfs://NAMENODE[:PORT]/PATH` and `hdfs://NAMESERVICE/PATH`, configured by the files in `HADOOP_CONF_DIR`.
public final class HdfsStoreProvider implements ObjectStoreProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("hdfs");
    }

    @Override
    public ObjectStore open(URI root) {
        String path = root.getPath();
        boolean plain = root.getQuery() == null && root.getFragment() == null && root.getUserInfo() == null;
        if (root.getHost() == null || path == null || !plain) {
            throw new ConfigurationException(FailureMessage.of("opening a store")
                    .with("uri", "hdfs://" + root.getHost() + path)
                    .remedy("write hdfs://NAMENODE[:PORT]/PATH, with '?' and '#' percent-encoded"));
        }
        try {
            return new HdfsStore(root, System.getenv());
        } catch (NoClassDefFoundError missing) {
            throw new ConfigurationException(
                    FailureMessage.of("opening a store")
                            .with("uri", root)
                            .with("found", "no Hadoop client on the class path")
                            .remedy("start it as PENSTOCK_HDFS=1 ./penstock, or add hadoop-client-api and"
                                    + " hadoop-client-runtime 3.5.0"),
                    missing);
        }
    }
}
