/// TorchScript modules that others wrote, as models that train here.
///
/// Enter at [ScriptModel][dev.penstock.trainer.script.ScriptModel] and
/// [ModuleContract][dev.penstock.trainer.script.ModuleContract], which says what goes into a module and what its result
/// means. Whatever does not fit is refused with the names of both sides; nothing is guessed from shapes.
@NullMarked
package dev.penstock.trainer.script;

import org.jspecify.annotations.NullMarked;
