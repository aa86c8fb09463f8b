// Refuses programs of emscripten in a library that grows the memory by itself. The script beside
// the module of such a program hears only of the growth that emscripten's sbrk asks for, and
// otherwise goes on with views that are detached.
//
// The script calls at least one of the functions below, which emscripten's library defines in one
// object. The linker looks into this library first, so it brings this object into the program in
// place of that one, and the name that nothing defines is the message. All of them must be here:
// the linker asks for them in no order. No other program calls any.
extern "C" {

// NOLINTBEGIN(misc-use-internal-linkage, bugprone-reserved-identifier): the names are emscripten's.
void granary_is_not_for_emscripten_link_libgranary_emscripten();

// Emscripten 3.1.6 exports these from every module.
void stackSave() { granary_is_not_for_emscripten_link_libgranary_emscripten(); }
[[gnu::alias("stackSave")]] void stackRestore();
[[gnu::alias("stackSave")]] void stackAlloc();

// Later ones export those that the script calls.
[[gnu::alias("stackSave")]] void emscripten_stack_get_current();
[[gnu::alias("stackSave")]] void _emscripten_stack_restore();
[[gnu::alias("stackSave")]] void _emscripten_stack_alloc();
// NOLINTEND(misc-use-internal-linkage, bugprone-reserved-identifier)

}  // extern "C"
