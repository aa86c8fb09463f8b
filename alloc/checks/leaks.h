// The report of leaks: the live blocks of a checked heap, grouped by the callers that allocated
// them, with the groups that hold most bytes first.
#pragma once

#include "alloc/checks/block_records.h"
#include "include/granary_checked.h"

namespace granary {

using LeakGroup = granary_leak_group;
// The groups lie in a block of the engine inside. When there is no memory for them, there are none,
// and the totals are right.
using LeakReport = granary_leak_report;

template <Engine Inner>
class LeakFinder {
 public:
  // The report is good until the next one, or until all blocks are forgotten.
  const LeakReport& find(const BlockRecords<Inner>& records, Inner& inner) {
    if (generation_ == records.generation()) release(inner);
    generation_ = records.generation();
    held_ = 0;
    report_ = {};
    for (uint32_t number = 1; number < records.end(); ++number) {
      if (records[number].state != BlockState::live) continue;
      ++report_.block_count;
      report_.bytes += records[number].length;
    }
    if (report_.block_count != 0) group(records, inner);
    return report_;
  }

 private:
  static constexpr Alignment alignment = Alignment::from_log2(3);

  void release(Inner& inner) {
    if (held_ != 0) inner.free({reinterpret_cast<Address>(report_.groups), held_, alignment});
  }

  void group(const BlockRecords<Inner>& records, Inner& inner) {
    const ByteCount bytes = report_.block_count * sizeof(LeakGroup);
    auto* const groups = reinterpret_cast<LeakGroup*>(inner.alloc(bytes, alignment));
    report_.groups = groups;
    if (groups == nullptr) return;
    held_ = bytes;
    ByteCount count = 0;
    for (uint32_t number = 1; number < records.end(); ++number) {
      const BlockRecord& record = records[number];
      if (record.state == BlockState::live)
        groups[count++] = {record.allocated_by, 1, record.length};
    }
    heap_sort(groups, count, [](const LeakGroup& a, const LeakGroup& b) {
      return a.allocated_by < b.allocated_by;
    });
    report_.group_count = merge(groups, count);
    heap_sort(groups, report_.group_count, [](const LeakGroup& a, const LeakGroup& b) {
      return a.bytes != b.bytes ? a.bytes > b.bytes : a.allocated_by < b.allocated_by;
    });
  }

  // Makes one group of successive groups with the same caller. Returns how many groups are left.
  static ByteCount merge(LeakGroup* groups, ByteCount count) {
    ByteCount last = 0;
    for (ByteCount i = 1; i < count; ++i) {
      if (groups[i].allocated_by == groups[last].allocated_by) {
        groups[last].block_count += groups[i].block_count;
        groups[last].bytes += groups[i].bytes;
      } else {
        groups[++last] = groups[i];
      }
    }
    return last + 1;
  }

  // There is no C++ library here, and the number of groups has no bound. So this sorts in place,
  // and its worst case is its usual one (J. W. J. Williams, "Algorithm 232: Heapsort", CACM 7,
  // 1964).
  template <class Before>
  static void heap_sort(LeakGroup* groups, ByteCount count, Before before) {
    for (ByteCount root = count / 2; root-- != 0;) sift_down(groups, root, count, before);
    while (count > 1) {
      swap(groups[0], groups[--count]);
      sift_down(groups, 0, count, before);
    }
  }

  template <class Before>
  static void sift_down(LeakGroup* groups, ByteCount root, ByteCount count, Before before) {
    for (ByteCount child = 2 * root + 1; child < count; child = 2 * root + 1) {
      if (child + 1 < count && before(groups[child], groups[child + 1])) ++child;
      if (!before(groups[root], groups[child])) return;
      swap(groups[root], groups[child]);
      root = child;
    }
  }

  static void swap(LeakGroup& a, LeakGroup& b) {
    const LeakGroup held = a;
    a = b;
    b = held;
  }

  LeakReport report_ = {};
  // The size of the block with the groups, and the generation of block records in which it was
  // made.
  ByteCount held_ = 0;
  uint32_t generation_ = 0;
};

}  // namespace granary
