// Maps of lists of strings, each of which can be told by its key and its place in the list.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "random.h"

using Texts = std::map<std::string, std::vector<std::string>>;

inline std::string text_of(const std::string& key, std::size_t index) {
  return key + std::string(index * 11, static_cast<char>('a' + index % 26));
}

// Returns as many strings as are asked for, under `keys` random keys.
inline std::unique_ptr<Texts> make_texts(uint32_t& state, unsigned count, unsigned keys) {
  auto texts = std::make_unique<Texts>();
  for (; count != 0; --count) {
    const std::string key = std::to_string(next_number(&state) % keys);
    auto& strings = (*texts)[key];
    strings.push_back(text_of(key, strings.size()));
  }
  return texts;
}

inline unsigned wrong_strings(const Texts& texts) {
  unsigned wrong = 0;
  for (const auto& [key, strings] : texts) {
    for (std::size_t index = 0; index < strings.size(); ++index) {
      wrong += strings[index] != text_of(key, index) ? 1 : 0;
    }
  }
  return wrong;
}
