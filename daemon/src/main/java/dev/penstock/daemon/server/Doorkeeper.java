package dev.penstock.daemon.server;

import dev.penstock.daemon.socket.PeerCredentials;

/// Who may connect: the daemon's own user, and root.
///
/// @param ownerId user of the daemon
record Doorkeeper(int ownerId) {

    private static final int ROOT = 0;

    boolean admits(PeerCredentials peer) {
        return peer.userId() == ownerId || peer.userId() == ROOT;
    }
}
