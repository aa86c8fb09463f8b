/* The three functions that clang calls in place of setjmp and longjmp. A setjmp notes which call of
 * its function it belongs to and which of that function's setjmps it is (its label, never 0). A
 * longjmp throws the wasm exception `__c_longjmp`; every function with a setjmp catches it, asks
 * whether the environment is one of its own, and throws it on when it is not. */

#include <stdint.h>

/* What travels with the exception; the compiled catch reads both words. */
struct longjmp_arguments {
  void* environment;
  int value;
};

struct environment {
  void* invocation;
  uint32_t label;
  struct longjmp_arguments arguments;
};

/* The second of clang's two exception tags; the first is C++'s. */
enum { longjmp_tag = 1 };

// NOLINTBEGIN(bugprone-reserved-identifier): the compiler calls these

void __wasm_setjmp(struct environment* environment, uint32_t label, void* invocation) {
  environment->invocation = invocation;
  environment->label = label;
}

uint32_t __wasm_setjmp_test(struct environment* environment, void* invocation) {
  return environment->invocation == invocation ? environment->label : 0;
}

_Noreturn void __wasm_longjmp(struct environment* environment, int value) {
  environment->arguments.environment = environment;
  environment->arguments.value = value == 0 ? 1 : value;
  __builtin_wasm_throw(longjmp_tag, &environment->arguments);
}

// NOLINTEND(bugprone-reserved-identifier)
