/// What `penstock top` shows: a daemon's stats as lines of text, and the terminal they are shown on.
///
/// Enter at [Frame][dev.penstock.cli.top.Frame], which is text alone, and [Screen][dev.penstock.cli.top.Screen]. Names
/// that clients gave are shown through [Shown][dev.penstock.cli.top.Shown] only: they may hold anything.
@NullMarked
package dev.penstock.cli.top;

import org.jspecify.annotations.NullMarked;
