/// `bench resume`: the time to the first batch does not depend on the step a run resumes at.
@NullMarked
package dev.penstock.bench.resume;

import org.jspecify.annotations.NullMarked;
