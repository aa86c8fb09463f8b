// Threads of C++ that fill maps of strings, which other threads move on and destroy. The argument
// is the seed.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "texts.h"

namespace {

constexpr int thread_count = 4;
constexpr int rounds = 40;
constexpr unsigned keys = 500;

std::mutex lock;
std::deque<std::unique_ptr<Texts>> passed_on;

// Leaves the texts to the other threads, and returns those that lie there longest once there are
// some.
std::unique_ptr<Texts> exchange(std::unique_ptr<Texts> texts) {
  const std::lock_guard<std::mutex> held(lock);
  passed_on.push_back(std::move(texts));
  if (passed_on.size() <= thread_count) return nullptr;
  std::unique_ptr<Texts> first = std::move(passed_on.front());
  passed_on.pop_front();
  return first;
}

unsigned run(uint32_t state) {
  unsigned wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::unique_ptr<Texts> texts = exchange(make_texts(state, keys, keys));
    if (texts != nullptr) wrong += wrong_strings(*texts);
  }
  return wrong;
}

}  // namespace

int main(int count, char** arguments) {
  const uint32_t seed =
      count > 1 ? static_cast<uint32_t>(std::strtoul(arguments[1], nullptr, 10)) : 1;
  std::vector<unsigned> wrong(thread_count);
  std::vector<std::thread> threads;
  threads.reserve(thread_count);
  for (uint32_t number = 0; number < thread_count; ++number) {
    threads.emplace_back([=, &wrong] { wrong[number] = run(first_state(seed, number)); });
  }
  for (std::thread& thread : threads) thread.join();
  unsigned all = 0;
  for (const unsigned of_thread : wrong) all += of_thread;
  for (const auto& texts : passed_on) all += wrong_strings(*texts);
  std::printf("wrong strings: %u\n", all);
  return 0;
}
