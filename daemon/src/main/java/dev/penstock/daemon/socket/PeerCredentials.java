package dev.penstock.daemon.socket;

/// Who is at the other end of a socket, as the kernel knows it since the connection was made.
public record PeerCredentials(int processId, int userId, int groupId) {}
