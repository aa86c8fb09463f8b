/* Sorts the words of a text: the host passes a text in and gets a sorted one back.
 *
 *   make && mkdir -p build/examples
 *   clang-19 --target=wasm32 -O2 -ffreestanding -mbulk-memory -nostdlib -Iinclude \
 *     examples/c/words.c dist/libgranary.a -Wl,--no-entry,--stack-first \
 *     -o build/examples/words.wasm
 *   node examples/c/run.js
 *
 * -mbulk-memory makes memcpy one instruction, because without a C library there is no function to
 * call. */
#include <granary.h>

#define EXPORT(name) __attribute__((export_name(name)))

typedef struct {
  char* bytes;
  size_t length;
} text;

typedef struct {
  text* items;
  size_t length;
  size_t capacity; /* in items; 0: there is no block yet */
} text_list;

static void* allocate(size_t size, size_t align) {
  void* block = granary_alloc(size, align);
  if (block == NULL) __builtin_trap();
  return block;
}

static void append(text_list* list, text item) {
  if (list->length == list->capacity) {
    const size_t old_size = list->capacity * sizeof(text);
    const size_t new_capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
    const size_t new_size = new_capacity * sizeof(text);
    text* items = NULL;
    /* granary_remap grows the block where it is, or moves it where that is cheaper than a copy. */
    if (old_size != 0) items = granary_remap(list->items, old_size, _Alignof(text), new_size);
    if (items == NULL) {
      items = allocate(new_size, _Alignof(text));
      if (old_size != 0) {
        __builtin_memcpy(items, list->items, old_size);
        granary_free(list->items, old_size, _Alignof(text));
      }
    }
    list->items = items;
    list->capacity = new_capacity;
  }
  list->items[list->length++] = item;
}

static int comes_before(text a, text b) {
  const size_t shared = a.length < b.length ? a.length : b.length;
  for (size_t i = 0; i < shared; i++) {
    if (a.bytes[i] != b.bytes[i]) return (unsigned char)a.bytes[i] < (unsigned char)b.bytes[i];
  }
  return a.length < b.length;
}

/* The host writes a text into this block, and releases the block with its size. */
EXPORT("allocate") char* text_allocate(size_t size) { return allocate(size, 1); }
EXPORT("release") void text_release(char* bytes, size_t size) { granary_free(bytes, size, 1); }

/* Returns a new text of the same length with the words sorted; the host releases both texts. */
EXPORT("sortWords") char* sort_words(char* bytes, size_t length) {
  text_list words = {0};
  for (size_t begin = 0, end; begin <= length; begin = end + 1) {
    for (end = begin; end < length && bytes[end] != ' '; end++) continue;
    append(&words, (text){bytes + begin, end - begin});
  }
  for (size_t i = 1; i < words.length; i++) {
    const text word = words.items[i];
    size_t at = i;
    for (; at > 0 && comes_before(word, words.items[at - 1]); at--) {
      words.items[at] = words.items[at - 1];
    }
    words.items[at] = word;
  }
  char* const sorted = allocate(length, 1);
  char* end = sorted;
  for (size_t i = 0; i < words.length; i++) {
    if (i != 0) *end++ = ' ';
    __builtin_memcpy(end, words.items[i].bytes, words.items[i].length);
    end += words.items[i].length;
  }
  granary_free(words.items, words.capacity * sizeof(text), _Alignof(text));
  return sorted;
}
