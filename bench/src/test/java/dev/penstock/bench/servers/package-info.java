/// Penstock against real servers: radosgw and CephFS of one Ceph cluster, and nginx.
///
/// Each test is tagged with its server and left out of a build unless `-Dtests.servers` names it; the servers come
/// from the scripts below `bench/servers`, whose environment says where they are.
@NullMarked
package dev.penstock.bench.servers;

import org.jspecify.annotations.NullMarked;
