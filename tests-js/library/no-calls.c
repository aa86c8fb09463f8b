/* The same program without an allocator: what two-calls.c is compared with. */
static char text[100];

__attribute__((export_name("run"))) int run(void) {
  ((volatile char*)text)[99] = 1;
  return 1;
}
