/// `bench balance`: how near to its lower bound and how fast a global batch is divided, beside other methods.
///
/// The other methods live here and nowhere else: each is a [dev.penstock.plan.RankAssigner] and one file.
@NullMarked
package dev.penstock.bench.balance;

import org.jspecify.annotations.NullMarked;
