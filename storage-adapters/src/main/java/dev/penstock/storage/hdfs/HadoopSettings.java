package dev.penstock.storage.hdfs;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;

/// The client's configuration: Hadoop's defaults, then ours, then the site's files, each over the one before.
final class HadoopSettings {

    private static final String DIRECTORY = "HADOOP_CONF_DIR";
    private static final List<String> SITE_FILES = List.of("core-site.xml", "hdfs-site.xml");

    /// Hadoop's client waits for an unreachable name node up to a quarter of an hour, in silence; whoever asked this
    /// store tries again by itself, and counts it. Another replica is still looked for within one read.
    private static final Map<String, String> OURS = Map.of(
            "ipc.client.connect.timeout", "10000",
            "ipc.client.connect.max.retries", "0",
            "ipc.client.connect.max.retries.on.timeouts", "0",
            "dfs.client.socket-timeout", "30000",
            "dfs.client.retry.window.base", "100");

    private HadoopSettings() {}

    static Configuration from(Map<String, String> environment) {
        Configuration ours = new Configuration(false);
        OURS.forEach(ours::set);
        Configuration settings = new HdfsConfiguration();
        settings.addResource(ours);
        String directory = environment.getOrDefault(DIRECTORY, "");
        if (!directory.isEmpty()) {
            siteFiles(directory).forEach(file -> settings.addResource(new org.apache.hadoop.fs.Path(file.toUri())));
        }
        return settings;
    }

    private static List<Path> siteFiles(String directory) {
        List<Path> files = SITE_FILES.stream()
                .map(name -> Path.of(directory, name).toAbsolutePath())
                .filter(Files::isReadable)
                .toList();
        if (files.isEmpty()) {
            throw new ConfigurationException(FailureMessage.of("reading Hadoop's configuration")
                    .with(DIRECTORY, directory)
                    .with("expected", SITE_FILES)
                    .remedy("name the directory that holds them, or unset " + DIRECTORY));
        }
        return files;
    }
}
