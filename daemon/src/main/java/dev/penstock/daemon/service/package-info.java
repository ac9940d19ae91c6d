/// What a service manager and its service say to each other: systemd's notification protocol.
///
/// Enter at [ServiceNotifier][dev.penstock.daemon.service.ServiceNotifier]. Without a service manager nothing happens
/// here.
@NullMarked
package dev.penstock.daemon.service;

import org.jspecify.annotations.NullMarked;
