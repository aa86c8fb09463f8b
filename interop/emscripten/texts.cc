// Maps of strings that grow and are destroyed, and JavaScript that reads the longest string after
// the memory has grown. The argument is the seed.
#include <emscripten.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "random.h"

namespace {

constexpr int rounds = 60;
constexpr unsigned keys = 500;
constexpr std::size_t long_text = std::size_t{3} << 20;

using Texts = std::map<std::string, std::vector<std::string>>;

std::string text_of(const std::string& key, std::size_t index) {
  return key + std::string(index * 11, static_cast<char>('a' + index % 26));
}

std::unique_ptr<Texts> make(uint32_t& state) {
  auto texts = std::make_unique<Texts>();
  for (unsigned count = 0; count < 2 * keys; ++count) {
    const std::string key = std::to_string(next_number(&state) % keys);
    auto& strings = (*texts)[key];
    strings.push_back(text_of(key, strings.size()));
  }
  return texts;
}

unsigned wrong_strings(const Texts& texts) {
  unsigned wrong = 0;
  for (const auto& [key, strings] : texts) {
    for (std::size_t index = 0; index < strings.size(); ++index) {
      wrong += strings[index] != text_of(key, index) ? 1 : 0;
    }
  }
  return wrong;
}

}  // namespace

int main(int count, char** arguments) {
  uint32_t state = first_state(
      count > 1 ? static_cast<uint32_t>(std::strtoul(arguments[1], nullptr, 10)) : 1, 0);
  std::vector<std::unique_ptr<Texts>> kept(8);
  unsigned wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    auto& place = kept[next_number(&state) % kept.size()];
    if (place != nullptr) wrong += wrong_strings(*place);
    place = make(state);
  }
  for (const auto& texts : kept) wrong += texts != nullptr ? wrong_strings(*texts) : 0;
  std::printf("wrong strings: %u\n", wrong);

  std::string text;
  while (text.size() < long_text) text += "grain ";
  const int words = EM_ASM_INT({ return UTF8ToString($0).split(" ").length - 1; }, text.c_str());
  std::printf("words that JavaScript read: %d of %zu\n", words, text.size() / 6);
  return 0;
}
