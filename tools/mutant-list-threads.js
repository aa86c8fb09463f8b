// Ways to break a heap that threads share: each order that is too weak, each lock that is not taken,
// each invariant of the class map and the meeting. What breaks the lists of a thread is in
// mutant-list-thread-lists.js. Each is one place; `from` must be in the file exactly once.
//
// Not here, because nothing depends on them: the order of the exchange that takes a spare page (the load
// before it has the order), and those of the meeting (a state that is all zero has nothing to order).

const lock = "alloc/threads/lock.h";
const map = "alloc/threads/class_map.h";
const memory = "alloc/threads/mapped_memory.h";
const meeting = "alloc/threads/meeting.h";
const spares = "alloc/threads/spare_pages.h";
const engine = "alloc/threads/threaded_engine.h";
const locked = "alloc/threads/locked_engine.h";
const behind = "alloc/threads/engine_behind_lock.h";
const sbrk = "runtime/sbrk_memory.h";

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const threadMutants = [
  // --- the lock ---
  {
    name: "a lock that is free is taken without acquiring",
    file: lock,
    from: "    if (Atomics::compare_exchange_acquire(word_, free, held) != free) [[unlikely]]",
    to: "    if (Atomics::compare_exchange_release(word_, free, held) != free) [[unlikely]]",
  },
  {
    name: "a lock that a thread looked at is taken without acquiring",
    file: lock,
    from: "          Atomics::compare_exchange_acquire(word_, free, held) == free)",
    to: "          Atomics::compare_exchange_release(word_, free, held) == free)",
  },
  {
    name: "a lock that a thread waited for is taken without acquiring",
    file: lock,
    from: "Atomics::exchange_acquire(word_, contended)",
    to: "Atomics::exchange_release(word_, contended)",
  },
  {
    name: "a lock is released without releasing",
    file: lock,
    from: "Atomics::exchange_release(word_, free)",
    to: "Atomics::exchange_acquire(word_, free)",
  },
  {
    name: "a lock that is held is taken",
    file: lock,
    from: "(word_, free, held) != free) [[unlikely]]",
    to: "(word_, free, held) == contended) [[unlikely]]",
  },
  {
    name: "a released lock wakes nobody",
    file: lock,
    from: "      Atomics::notify_one(word_);",
    to: "      return;",
  },
  {
    name: "a released lock wakes somebody where nobody waits",
    file: lock,
    from: "(word_, free) == contended)",
    to: "(word_, free) != free)",
  },
  {
    name: "who has waited takes the lock as if nobody else waited",
    file: lock,
    from: "Atomics::exchange_acquire(word_, contended)",
    to: "Atomics::exchange_acquire(word_, held)",
  },
  {
    name: "a thread sleeps only while nobody is known to wait",
    file: lock,
    from: "Atomics::wait(word_, contended)",
    to: "Atomics::wait(word_, held)",
  },
  {
    name: "a thread that may not wait does",
    file: lock,
    from: "left != 0 || !may_wait",
    to: "left != 0 || (looks == 0 && may_wait)",
  },
  {
    name: "a thread that may wait never does",
    file: lock,
    from: "left != 0 || !may_wait",
    to: "left != 0 || may_wait || !may_wait",
  },
  {
    name: "a thread looks at the lock once before it sleeps",
    file: lock,
    from: "looks = 1000",
    to: "looks = 1",
  },

  // --- locks that are not taken ---
  {
    name: "an alloc takes no lock",
    file: engine,
    from: "    const Held held(*this);\n    ThreadLists& own = own_lists();\n    SizeClass",
    to: "    ThreadLists& own = own_lists();\n    SizeClass",
  },
  {
    name: "a free takes no lock",
    file: engine,
    from: "    const Held held(*this);\n    if (!mine.has_room())",
    to: "    if (!mine.has_room())",
  },
  {
    name: "a flush takes no lock",
    file: engine,
    from: "    const Held held(*this);\n    give_up(own);",
    to: "    give_up(own);",
  },
  {
    name: "a large block changes its length without the lock",
    file: engine,
    from: "      const Held held(*this);\n      return noted(inner_.remap_tagged",
    to: "      return noted(inner_.remap_tagged",
  },
  {
    name: "a small block of the large heap changes its length in place without the lock",
    file: engine,
    from: "    if (new_length <= size) {\n",
    to: "    if (map().at(address) == ClassMap::no_slots)\n      return inner_.remap_tagged(address, alignment, new_length, may_move);\n    if (new_length <= size) {\n",
  },
  {
    name: "who looks at the heap takes no lock",
    file: engine,
    from: "    const Held held(*this);\n    return use(held.engine());",
    to: "    return use(inner_);",
  },
  {
    name: "a lock is given back before the call is done",
    file: behind,
    from: "      heap_.lock_.take(Thread::may_wait());",
    to: "      heap_.lock_.take(Thread::may_wait());\n      heap_.lock_.release();",
  },

  ...[
    "return held.engine().alloc(length",
    "return held.engine().resize(block",
    "return held.engine().remap(block",
    "held.engine().free(block",
    "return held.engine().alloc_zeroed(length",
    "return held.engine().remap_unsized(address",
    "held.engine().free_unsized(address",
    "return held.engine().usable_size(address",
    "held.engine().reset(",
  ].map((call) => ({
    name: `an engine behind a lock takes none for ${/\w+(?=\(\w*$)/.exec(call)?.[0]}`,
    file: locked,
    from: `    const Held held(*this);\n    ${call}`,
    to: `    ${call.replace("held.engine()", "inner_")}`,
  })),
  {
    name: "a thread that does not return keeps the lock",
    file: locked,
    from: "void let_go() { lock_.release(); }",
    to: "void let_go() {}",
  },

  // --- the class map ---
  {
    name: "two spans share a byte of the map",
    file: map,
    from: "+ (address >> span_log2);",
    to: "+ (address >> (span_log2 + 1));",
  },
  {
    name: "a byte of the map that is right is written again",
    file: map,
    from: "    if (byte != blocks) byte",
    to: "    byte",
  },
  {
    name: "a byte of the map is written once",
    file: map,
    from: "if (byte != blocks)",
    to: "if (byte == 0)",
  },
  {
    name: "the slots of the first class are none in the map",
    file: map,
    from: "return index_of(size_class) + 1;",
    to: "return index_of(size_class);",
  },
  {
    name: "the map forgets a region that is not full",
    file: map,
    from: "(pages.value + pages_of_region - 1)",
    to: "(pages.value)",
  },
  {
    name: "the map lacks no page for one region",
    file: map,
    from: "end_ + leaves_of_page - 1) / leaves_of_page",
    to: "end_ + leaves_of_page - 2) / leaves_of_page",
  },
  {
    name: "two leaves of the map share bytes",
    file: map,
    from: "leaf += leaf_size;",
    to: "leaf += leaf_size / 2;",
  },
  {
    name: "the map covers everything",
    file: map,
    from: "return regions_of(heap) <= end_;",
    to: "return regions_of(heap) <= end_ + 9999;",
  },
  {
    name: "an allocated block is not noted in the map",
    file: engine,
    from: "return noted(inner_.alloc_seldom(length, alignment));",
    to: "return inner_.alloc_seldom(length, alignment);",
  },
  {
    name: "a block that moved down is not noted in the map",
    file: engine,
    from: "return noted(inner_.remap_tagged(address, alignment, new_length, may_move));",
    to: "return inner_.remap_tagged(address, alignment, new_length, may_move);",
  },

  // --- the memory with the map ---
  {
    name: "the map takes pages that were not grown",
    file: memory,
    from: "{count.value + lacking.value}",
    to: "{count.value}",
  },
  {
    name: "pages are handed out that the map does not cover",
    file: memory,
    from: "    map_.add_pages(end, lacking);\n",
    to: "",
  },
  {
    name: "pages above many of a stranger are handed out without a map",
    file: memory,
    from: "    if (!map_.covers({end >> wasm_page_log2})) return 0;\n",
    to: "",
  },
  {
    name: "a spare page is taken wherever it lies",
    file: memory,
    from: "take_spare(latest_) : 0;",
    to: "take_spare(0) : 0;",
  },
  {
    name: "a spare page below the latest growth is taken",
    file: memory,
    from: "return latest_ = begin;",
    to: "return begin;",
  },
  {
    name: "a spare page below the slack is taken",
    file: memory,
    from: "    latest_ = slack.begin;\n",
    to: "",
  },
  {
    name: "a spare page is taken for more than one",
    file: memory,
    from: "all.value == 1 ?",
    to: "all.value != 0 ?",
  },
  {
    name: "a large slack has no map",
    file: memory,
    from: "    if constexpr (!has_small_slack) map_slack(slack);\n",
    to: "",
  },
  {
    name: "the pages of the map are slack too",
    file: memory,
    from: "    if constexpr (!has_small_slack) all.end -= slack_of_map_;\n",
    to: "",
  },
  {
    name: "a map in the slack begins with what was there",
    file: memory,
    from: "    __builtin_memset(reinterpret_cast<void*>(pages), 0, slack_of_map_);\n",
    to: "",
  },
  {
    name: "a memory is started by every thread",
    file: memory,
    from: "    if (map_.is_started()) return;\n",
    to: "",
  },
  {
    name: "a memory is never started",
    file: engine,
    from: "    inner_.memory().start();\n",
    to: "",
  },

  // --- instances that meet ---
  {
    name: "whatever a memory held is taken for a heap",
    file: meeting,
    from: "while ((seen & magic_mask) != magic) {",
    to: "while (seen == 0) {",
  },
  {
    name: "an instance grows a page each time that it tries",
    file: meeting,
    from: "    if (page == 0) {\n      page = grow_page();",
    to: "    {\n      page = grow_page();",
  },
  {
    name: "a page that is refused becomes the state",
    file: meeting,
    from: "      if (page == 0) return 0;\n",
    to: "",
  },
  {
    name: "each of two instances founds a heap",
    file: meeting,
    from: "if (before == seen) return page;",
    to: "return page;",
  },
  {
    name: "the page of who came second is lost",
    file: meeting,
    from: "  if (page != 0) leave_spare(state, page);\n",
    to: "  if (page == 1) leave_spare(state, page);\n",
  },
  {
    name: "a spare page is left without releasing",
    file: spares,
    from: "Atomics::compare_exchange_release(top_, top,",
    to: "Atomics::compare_exchange_acquire(top_, top,",
  },
  {
    name: "a spare page is looked at without acquiring",
    file: spares,
    from: "Atomics::load_acquire(top_)",
    to: "Atomics::load(top_)",
  },
  {
    name: "a spare page is lost when two are left at once",
    file: spares,
    from: "if (before == top) return;",
    to: "return;",
  },
  {
    name: "a spare page is lost when one is left while one is taken",
    file: spares,
    from: "Atomics::compare_exchange_acquire(top_, top, link_of(top)) != top",
    to: "Atomics::exchange_acquire(top_, link_of(top)) == 0",
  },
  {
    name: "a spare page is not zero",
    file: spares,
    from: "    link_of(top) = 0;\n",
    to: "",
  },

  // --- the memory that sbrk gives ---
  {
    name: "pages of sbrk are taken where too little is left of them",
    file: sbrk,
    from: "if (missing <= padding)",
    to: "if (true)",
  },
  {
    name: "sbrk is asked again for what was enough before others moved the end",
    file: sbrk,
    from: "padding = wasm_page_size;",
    to: "padding = missing;",
  },
  {
    name: "the bytes of too many pages wrap when sbrk is asked for them",
    file: sbrk,
    from: "if (count.value >= static_cast<ByteCount>(PTRDIFF_MAX) >> wasm_page_log2) return 0;",
    to: "",
  },
];
