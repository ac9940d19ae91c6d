/// What a user of the library composes: the example of the README, and the laws over real stores and balancers.
@NullMarked
package dev.penstock.cli.example;

import org.jspecify.annotations.NullMarked;
