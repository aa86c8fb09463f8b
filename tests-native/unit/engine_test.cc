// What an engine is: the types that are one, and that none is that lacks a call or answers
// otherwise.
#include "alloc/common/engine.h"

#include <gtest/gtest.h>

#include "alloc/checks/checked_engine.h"
#include "alloc/classic/classic.h"
#include "alloc/granary/span_engine.h"
#include "tests-native/support/own_memory.h"
#include "tests-native/support/thrown_faults.h"

namespace granary {
namespace {

using Pages = test::OwnMemory::Pages;

struct FourCalls {
  Address alloc(ByteCount length, Alignment alignment);
  bool resize(Block block, ByteCount length);
  Address remap(Block block, ByteCount length);
  void free(Block block);
};

// Each lacks one, because its own function of that name hides it.
struct NoAlloc : FourCalls {
  void alloc();
};
struct NoResize : FourCalls {
  void resize();
};
struct NoRemap : FourCalls {
  void remap();
};
struct NoFree : FourCalls {
  void free();
};
struct RemapAnswersWhether : FourCalls {
  bool remap(Block block, ByteCount length);
};

struct KnowsSizes : FourCalls {
  Address alloc_zeroed(ByteCount length, Alignment alignment);
  ByteCount usable_size(Address address);
  void free_unsized(Address address);
};

TEST(Engine, ATypeWithTheFourCallsIsAnEngine) {
  EXPECT_TRUE(Engine<FourCalls>);
  EXPECT_FALSE(Engine<NoAlloc>);
  EXPECT_FALSE(Engine<NoResize>);
  EXPECT_FALSE(Engine<NoRemap>);
  EXPECT_FALSE(Engine<NoFree>);
  EXPECT_FALSE(Engine<RemapAnswersWhether>);
}

TEST(Engine, OnlyOneThatFindsSizesByAddressServesTheFacesOfC) {
  EXPECT_FALSE(SizeKnowingEngine<FourCalls>);
  EXPECT_TRUE(SizeKnowingEngine<KnowsSizes>);
  EXPECT_FALSE(EngineOverMemory<KnowsSizes>) << "where its memory ends it does not say";
}

TEST(Engine, TheEnginesOfTheProductsAre) {
  using Default = SpanEngine<Pages, DefaultGrowth>;
  EXPECT_TRUE(Engine<Classic<Pages>>);
  EXPECT_FALSE(SizeKnowingEngine<Classic<Pages>>);
  EXPECT_TRUE(EngineOverMemory<Default>);
  EXPECT_TRUE((SizeKnowingEngine<Checked<Default, test::Throwing>>));
}

}  // namespace
}  // namespace granary
