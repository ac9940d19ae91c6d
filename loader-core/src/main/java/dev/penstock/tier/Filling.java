package dev.penstock.tier;

/// How far one tier is filled.
///
/// @param bytes held of the datasets that are being read
/// @param targetBytes what there is to hold of them, or what the tier has room for; `bytes` once it is full
record Filling(long bytes, long targetBytes) {}
