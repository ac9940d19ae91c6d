package dev.penstock.bench.servers;

/// What a script below `bench/servers` exports for its clients.
enum ServerSetting {
    /// Where ceph-fuse mounted CephFS.
    PENSTOCK_CEPH_MOUNT("ceph"),

    /// The bucket that radosgw serves; how to reach it and sign in stands in the AWS variables.
    PENSTOCK_CEPH_BUCKET("ceph"),

    /// The root of what nginx serves.
    PENSTOCK_NGINX_URL("nginx"),

    /// The directory that it serves.
    PENSTOCK_NGINX_FILES("nginx");

    private final String script;

    ServerSetting(String script) {
        this.script = script;
    }

    String value() {
        String value = System.getenv(name());
        if (value == null) {
            throw new IllegalStateException(name() + " is not set: run `bench/servers/" + script
                    + " start DIR` and source what `bench/servers/" + script + " env DIR` prints");
        }
        return value;
    }
}
