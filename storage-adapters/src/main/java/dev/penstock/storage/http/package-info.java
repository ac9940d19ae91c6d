/// What the stores that speak HTTP share: proxies of the environment and the resolution of names.
@NullMarked
package dev.penstock.storage.http;

import org.jspecify.annotations.NullMarked;
