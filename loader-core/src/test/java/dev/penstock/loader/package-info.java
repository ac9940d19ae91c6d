/// Tests of the loader, the law kit run over it among them.
@NullMarked
package dev.penstock.loader;

import org.jspecify.annotations.NullMarked;
