/* The world of text.wit by hand, against the Canonical ABI: a string or list is an address and a
 * length, a result of two words lies in memory at the returned address, and the host calls
 * cabi_post_NAME when it has read the result.
 *
 * What the host passes in was allocated with cabi_realloc and is ours to free; what we return is
 * freed in cabi_post_NAME. A string or list of length 0 has no block, only some address. */
#include <granary.h>

#define EXPORT(name) __attribute__((export_name(name)))

typedef struct {
  char* bytes;
  size_t length;
} string;

typedef struct {
  string* items;
  size_t length;
} strings;

typedef struct {
  uint32_t* items;
  size_t length;
} numbers;

static void* allocate(size_t size) {
  void* block = malloc(size);
  if (block == NULL) __builtin_trap();
  return block;
}

static void release(void* block, size_t length) {
  if (length != 0) free(block);
}

static void release_strings(strings list) {
  for (size_t i = 0; i < list.length; i++) release(list.items[i].bytes, list.items[i].length);
  release(list.items, list.length);
}

/* --- reverse: the block that came in goes out ------------------------------------------------- */

static string reversed;

static void reverse_bytes(char* first, char* end) {
  while (first < end) {
    const char byte = *first;
    *first++ = *--end;
    *end = byte;
  }
}

EXPORT("reverse") const string* reverse(char* bytes, size_t length) {
  /* Each character of UTF-8 turned round by itself comes out right when everything is. */
  for (size_t begin = 0, end; begin < length; begin = end) {
    for (end = begin + 1; end < length && (bytes[end] & 0xc0) == 0x80; end++) continue;
    reverse_bytes(bytes + begin, bytes + end);
  }
  reverse_bytes(bytes, bytes + length);
  reversed = (string){bytes, length};
  return &reversed;
}

EXPORT("cabi_post_reverse") void reverse_done(const string* result) {
  release(result->bytes, result->length);
}

/* --- sort: Shell's, with the gaps of Knuth --------------------------------------------------- */

static numbers sorted;

EXPORT("sort") const numbers* sort(uint32_t* items, size_t length) {
  size_t gap = 1;
  while (gap < length / 3) gap = 3 * gap + 1;
  for (; gap != 0; gap /= 3) {
    for (size_t i = gap; i < length; i++) {
      const uint32_t item = items[i];
      size_t at = i;
      for (; at >= gap && items[at - gap] > item; at -= gap) items[at] = items[at - gap];
      items[at] = item;
    }
  }
  sorted = (numbers){items, length};
  return &sorted;
}

EXPORT("cabi_post_sort") void sort_done(const numbers* result) {
  release(result->items, result->length);
}

/* --- join: many blocks become one ------------------------------------------------------------ */

static string joined;

static char* append(char* end, string text) {
  __builtin_memcpy(end, text.bytes, text.length);
  return end + text.length;
}

EXPORT("join")
const string* join(string* items, size_t length, char* separator, size_t separator_length) {
  const strings words = {items, length};
  const string between = {separator, separator_length};
  size_t total = length == 0 ? 0 : (length - 1) * separator_length;
  for (size_t i = 0; i < length; i++) total += items[i].length;
  joined = (string){allocate(total), total};
  char* end = joined.bytes;
  for (size_t i = 0; i < length; i++) {
    if (i != 0) end = append(end, between);
    end = append(end, items[i]);
  }
  release_strings(words);
  release(separator, separator_length);
  return &joined;
}

/* `join` allocated it, so it is a block even when it is empty. */
EXPORT("cabi_post_join") void join_done(const string* result) { free(result->bytes); }

/* --- split: one block becomes many ----------------------------------------------------------- */

static strings words;

EXPORT("split") const strings* split(char* bytes, size_t length) {
  size_t count = 1;
  for (size_t i = 0; i < length; i++) count += bytes[i] == ' ';
  words = (strings){allocate(count * sizeof(string)), 0};
  for (size_t begin = 0, end; begin <= length; begin = end + 1) {
    for (end = begin; end < length && bytes[end] != ' '; end++) continue;
    const string word = {bytes + begin, end - begin};
    /* An empty word gets no block: cabi_post_split frees by the length. */
    string* copy = &words.items[words.length++];
    *copy = (string){word.length == 0 ? NULL : allocate(word.length), word.length};
    append(copy->bytes, word);
  }
  release(bytes, length);
  return &words;
}

EXPORT("cabi_post_split") void split_done(const strings* result) { release_strings(*result); }
