// Maps of strings that grow and are destroyed, and JavaScript that reads the longest string after
// the memory has grown. The argument is the seed.
#include "texts.h"

#include <emscripten.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int rounds = 60;
constexpr unsigned keys = 500;
constexpr std::size_t long_text = std::size_t{3} << 20;

}  // namespace

int main(int count, char** arguments) {
  uint32_t state = first_state(
      count > 1 ? static_cast<uint32_t>(std::strtoul(arguments[1], nullptr, 10)) : 1, 0);
  std::vector<std::unique_ptr<Texts>> kept(8);
  unsigned wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    auto& place = kept[next_number(&state) % kept.size()];
    if (place != nullptr) wrong += wrong_strings(*place);
    place = make_texts(state, 2 * keys, keys);
  }
  for (const auto& texts : kept) wrong += texts != nullptr ? wrong_strings(*texts) : 0;
  std::printf("wrong strings: %u\n", wrong);

  std::string text;
  while (text.size() < long_text) text += "grain ";
  const int words = EM_ASM_INT({ return UTF8ToString($0).split(" ").length - 1; }, text.c_str());
  std::printf("words that JavaScript read: %d of %zu\n", words, text.size() / 6);
  return 0;
}
